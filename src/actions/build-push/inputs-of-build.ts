/** Inputs of a build that `build.yml` and the root action pass on from slipway.yml, with `oci-layout` as well. */
export const passedInputs = ['file', 'target', 'platforms', 'build-args', 'secrets', 'cache-from', 'cache-to']

/** Inputs that have an effect only where an image is built: neither with `digests` nor with `oci-layout`. */
export const inputsOfBuild = [
  ...passedInputs,
  ...['labels', 'annotations', 'attests', 'provenance', 'sbom', 'outputs', 'load', 'push', 'call'],
  ...['secret-files', 'secret-envs', 'ssh', 'build-contexts', 'builder', 'cache', 'cache-repository', 'cache-folder'],
  ...['network', 'add-hosts', 'allow', 'ulimit', 'shm-size', 'cgroup-parent', 'rewrite-timestamp'],
  ...['no-cache', 'no-cache-filters', 'pull', 'reuse', 'reuse-max-age', 'bake-files', 'bake-target', 'bake-set'],
]

/** The name of an input, with its value where that is another one than the default. */
export function inputWithValue(name: string): string {
  return { push: 'push: false', call: 'call: check' }[name] ?? name
}
