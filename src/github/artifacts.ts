import { appendFile } from 'node:fs/promises'
import { writing } from '../unwritable.ts'

/**
 * Names an image among what the job made, for `actions/attest`, which then needs no inputs. The runner reads one subject
 * per line from the file `GITHUB_ARTIFACTS` (actions/runner 2.336); older runners have no such file.
 */
export async function addArtifact(
  environment: Readonly<Record<string, string | undefined>>,
  image: string,
): Promise<void> {
  const { GITHUB_ARTIFACTS: file } = environment
  if (file) await writing(file, () => appendFile(file, `oci://${image}\n`))
}
