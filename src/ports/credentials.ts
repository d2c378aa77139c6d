/** How long the credentials for AWS last. */
export type CredentialLifetime =
  /** Keys of a user, which do not expire. */
  | { readonly kind: 'lasting' }
  /** Others are got before they expire. */
  | { readonly kind: 'renewed' }
  /** There are no others after that moment (milliseconds since 1970). */
  | { readonly kind: 'until'; readonly at: number }
  /** They expire at an unknown time: a session token does not contain it (AWS: "treat it as opaque"). */
  | { readonly kind: 'unknown' }
