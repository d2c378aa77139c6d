export interface Identity {
  readonly accountId: string
  /** ARN of the principal. */
  readonly arn: string
}
