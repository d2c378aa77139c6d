/** Codes of Node for a connection that was never there: nothing was sent. */
const neverConnected: readonly (string | undefined)[] = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]
const certificateTrouble =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA)/

/** The innermost code, whichever library wrapped the error; of several attempts (AggregateError) that of the first. */
export function connectionCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const [first] = error instanceof AggregateError ? error.errors : []
  const inner = connectionCode(error.cause ?? first)
  return inner ?? ('code' in error && typeof error.code === 'string' ? error.code : undefined)
}

/** Whether nothing was sent, so that another attempt repeats nothing. */
export function isNeverConnected(code: string | undefined): boolean {
  return neverConnected.includes(code)
}

/** Whether TLS ended the connection because of the certificate, which no other attempt changes. */
export function isCertificateTrouble(code: string | undefined): boolean {
  return code !== undefined && certificateTrouble.test(code)
}
