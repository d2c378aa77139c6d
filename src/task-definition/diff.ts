/** One difference between two task definitions. Paths read like `containerDefinitions[api].image`. */
export interface TaskDefinitionChange {
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Rendered as JSON; `***` for values of environment variables, secrets and docker labels' credentials. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}
