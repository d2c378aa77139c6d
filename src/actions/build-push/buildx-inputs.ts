import { parseOutputs } from '../../image/build-outputs.ts'
import { flag, type InputReader, optionalText } from '../../runner/inputs.ts'
import { items, quotedLines } from './line-inputs.ts'
import { parsed } from './parsed-input.ts'

const size: InputReader<string | undefined> = (given) => {
  if (given === '' || /^\d+(?:\.\d+)?[bkmgt]?b?$/i.test(given)) return optionalText(given)
  throw new Error(`must be a number of bytes with a unit b, k, m or g, such as 64m, not "${given}"`)
}

/** Other calls print what Buildx knows of a Dockerfile, which is no step of a pipeline. */
const call: InputReader<'build' | 'check'> = (given) => {
  if (given === '' || given === 'build') return 'build'
  if (given === 'check') return given
  throw new Error(
    `must be build or check, not "${given}"; run "docker buildx build --call=…" in a step for any other call`,
  )
}

/**
 * Inputs that are passed to Buildx as they are, under the names of docker/build-push-action v7 (its action.yml). What Buildx would
 * refuse only after the preflight is refused here.
 */
export const buildxInputs = {
  'add-hosts': items({ pattern: /^[^\s:=]+[:=][\w.:[\]-]+$/, allowed: 'docker:10.180.0.1', isShown: true }),
  allow: items({
    pattern: /^(?:network\.host|security\.insecure|device(?:=.+)?)$/,
    allowed: 'network.host, security.insecure or device',
    isShown: true,
  }),
  annotations: quotedLines('annotations', {
    pattern: /^[^=\s]+=/,
    allowed: 'name=value, manifest:name=value or index:name=value',
  }),
  attests: quotedLines('attests', {
    pattern: /(?:^|,)"?type=[^,"]+/,
    allowed: 'type=sbom or type=provenance,mode=max',
    isShown: true,
  }),
  'build-contexts': quotedLines('build-contexts', {
    pattern: /^[^=\s]+=\S/,
    allowed: 'name=path, name=docker-image://<image> or name=<git address>',
  }),
  builder: optionalText,
  call,
  'cgroup-parent': optionalText,
  'github-token': optionalText,
  load: flag(false),
  'no-cache-filters': items({ pattern: /^[\w.-]+$/, allowed: 'a stage of the Dockerfile', isShown: true }),
  outputs: parsed('outputs', parseOutputs),
  push: flag(true),
  'rewrite-timestamp': flag(false),
  sbom: optionalText,
  'secret-envs': items({ pattern: /^[^=\s"]+=[A-Za-z_]\w*$/, allowed: 'id=NAME' }),
  'shm-size': size,
  ssh: items({ pattern: /^[\w.-]+(?:=.+)?$/, allowed: 'default or id=path', isShown: true }),
  ulimit: quotedLines('ulimit', { pattern: /^[a-z]+=-?\d+(?::-?\d+)?$/, allowed: 'nofile=1024:2048', isShown: true }),
}
