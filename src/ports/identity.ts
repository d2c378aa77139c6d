/** The principal of the credentials (STS GetCallerIdentity). */
export interface Identity {
  readonly accountId: string
  /** ARN of the principal. */
  readonly arn: string
}
