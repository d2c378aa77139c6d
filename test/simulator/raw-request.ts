/** Requests as bytes, for tests that must not depend on what a client does to them. */
import type { HttpRequest } from './http.ts'

interface Signing {
  readonly region?: string
  readonly accessKeyId?: string
  readonly sessionToken?: string
}

const signed = (service: string, { region = 'eu-west-1', accessKeyId = 'AKIATEST', sessionToken }: Signing) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261120/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
})

/** `target` such as `AmazonSSM.GetParameter`. */
export function jsonRequest(target: string, input: unknown, signing: Signing = {}): HttpRequest {
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target, ...signed('any', signing) },
    body: Buffer.from(typeof input === 'string' ? input : JSON.stringify(input)),
  }
}

/** `service` is the name in the credential scope; empty for an unsigned request. */
export function queryRequest(
  service: string,
  version: string,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
  signing: Signing = {},
): HttpRequest {
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      ...(service !== '' && signed(service, signing)),
    },
    body: Buffer.from(new URLSearchParams({ Action: action, Version: version, ...parameters }).toString()),
  }
}
