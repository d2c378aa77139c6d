import { isDigest, withoutCredentials } from '../../image/reference.ts'
import { flag, type InputReader, lines } from '../../runner/inputs.ts'

const digests: InputReader<readonly string[]> = (given) =>
  lines(given).map((line, index) => {
    if (isDigest(line.trim())) return line.trim()
    throw new Error(
      `must have one digest per line, sha256: and 64 hexadecimal digits; line ${index + 1} is "${withoutCredentials(line.trim())}"`,
    )
  })

/** An image of several platforms, of which each is built in a job of its own and all are joined in another. */
export const joinInputs = {
  'push-by-digest': flag(false),
  digests,
}
