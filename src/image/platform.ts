import type { JsonObject } from '../ports/json.ts'

/** Names of architectures that mean another one (github.com/containerd/platforms, `normalizeArch`). */
const others: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  i386: '386',
  i686: '386',
  aarch64: 'arm64',
  armhf: 'arm',
}

/** A variant that adds nothing to its architecture, or the one that an architecture has when none is given. */
const variants: Readonly<Record<string, string>> = {
  'amd64/v1': 'amd64',
  'arm64/8': 'arm64',
  'arm64/v8': 'arm64',
  arm: 'arm/v7',
  'arm/7': 'arm/v7',
  armel: 'arm/v6',
  'arm/6': 'arm/v6',
  'arm/5': 'arm/v5',
  'arm/8': 'arm/v8',
}

/** A platform in the form in which containerd compares platforms: `linux/arm64` for `linux/arm64/v8` and `Linux/aarch64`. */
export function normalPlatform(platform: string): string {
  const [os = '', name = '', ...variant] = platform.trim().toLowerCase().split('/')
  const architecture = [others[name] ?? name, ...variant].join('/')
  return [os === 'macos' ? 'darwin' : os, variants[architecture] ?? architecture].join('/')
}

/** The member `platform` of a descriptor, from the config of the image (OCI image spec, config.md); undefined where it names none. */
export function platformMembers(config: JsonObject): JsonObject | undefined {
  if (typeof config.os !== 'string' || typeof config.architecture !== 'string') return undefined
  const names = ['architecture', 'os', 'os.version', 'os.features', 'variant']
  return Object.fromEntries(names.flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]])))
}
