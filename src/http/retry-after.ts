/**
 * Milliseconds of a `Retry-After` header: whole seconds (RFC 9110, 10.2.3). Undefined for a date and for anything else, also for
 * 0: a server that always returns 0 would get requests without a pause.
 */
export function retryAfter(header: string | null | undefined): number | undefined {
  return /^0*[1-9]\d{0,5}$/.test(header ?? '') ? Number(header) * 1000 : undefined
}
