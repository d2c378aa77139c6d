import type { JsonObject } from '../ports.ts'

/** A policy as IAM returns it: JSON with the escapes of an address (RFC 3986). Undefined where it is no JSON object. */
export function policyJson(document = ''): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(decodeURIComponent(document))
    return typeof parsed === 'object' && parsed !== null ? (parsed as JsonObject) : undefined
  } catch {
    return undefined
  }
}
