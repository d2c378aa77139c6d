import { type Text, text } from '../../text.ts'
import type { BuildPushInputs } from './build-push-inputs.ts'

/** What cannot be set together with the inputs of `joinInputs`. */
export function joinProblems(inputs: BuildPushInputs): readonly Text[] {
  if (inputs.digests.length === 0) return []
  const given: readonly (readonly [string, boolean])[] = [
    ['push-by-digest', inputs.pushByDigest],
    ['oci-layout', inputs.ociLayout !== undefined],
    ['file', inputs.file !== undefined],
    ['target', inputs.target !== undefined],
    ['build-args', inputs.buildArgs.length > 0],
    ['labels', inputs.labels.length > 0],
    ['secrets', inputs.secrets.length > 0],
    ['secret-files', inputs.secretFiles.length > 0],
    ['cache-from', inputs.cacheFrom.length > 0],
    ['cache-to', inputs.cacheTo.length > 0],
    ['provenance', inputs.provenance !== undefined],
    ['network', inputs.network !== undefined],
    ['no-cache', inputs.noCache],
    ['pull', inputs.pull],
  ]
  const alone = given
    .filter(([, isSet]) => isSet)
    .map(
      ([name]) =>
        text`${name} is set together with digests, which joins images that are built already: remove one of them`,
    )
  const missing = text`platforms is required with digests: a digest that GitHub dropped between jobs would not be missed`
  return inputs.platforms.length === 0 ? [missing, ...alone] : alone
}
