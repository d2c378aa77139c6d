/** A response with more bytes than the limit: it cannot be the expected one. */
export class OversizedAnswer extends Error {
  override readonly name = 'OversizedAnswer'
  constructor(limit: number) {
    super(`the response is larger than ${limit} bytes`)
  }
}

/** Enough for every answer of GitHub (a list of a hundred statuses has half a megabyte), its token service and Slack. Bytes. */
export const usualLimit = 4 * 1024 * 1024

/** All bytes of a response. Throws `OversizedAnswer`, and closes the connection, as soon as there are more than `limit`. */
export async function readBytes(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the stream.
    if (size > limit) throw new OversizedAnswer(limit)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks, size))
}

/** An answer as text. Throws `OversizedAnswer`. */
export async function readText(response: Response, limit = usualLimit): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, limit))
}

/** The same answer, read already: for libraries that read without a limit. Throws `OversizedAnswer`. */
export async function bounded(response: Response, limit = usualLimit): Promise<Response> {
  const body = await readBytes(response, limit)
  const { status, statusText, headers } = response
  return new Response(body.length > 0 ? body : null, { status, statusText, headers })
}
