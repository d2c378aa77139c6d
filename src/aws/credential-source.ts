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
  /** How long they are valid, where that is known without a call. */
  lifetime(): Promise<CredentialLifetime>
  /** Obtains new credentials although the current ones have not expired; false when there are none. */
  renew(): Promise<boolean>
}

/** Credentials of a person's own machine, where no job has an OIDC token: those of a profile, or of the default chain. */
export interface LocalCredentials {
  /** Name of a profile in the AWS config and credentials files; it precedes the environment, as in the AWS CLI. */
  readonly profile?: string | undefined
}
