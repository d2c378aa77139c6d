import type { CredentialLifetime } from '../ports.ts'

/** Keys as AWS's SDK wants them. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/** Where credentials come from, and come from again. */
export interface CredentialSource {
  /** Credentials that are good for some minutes more. Throws `credentials-missing`. */
  current(): Promise<Credentials>
  /** How long they last, where that can be known without asking anybody. */
  lifetime(): Promise<CredentialLifetime>
  /** Gets others, although the current ones look good; false when there are no others. */
  renew(): Promise<boolean>
}
