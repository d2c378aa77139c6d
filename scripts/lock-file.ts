// What a lock file of npm must have, so that `npm ci` installs the same bytes everywhere and nothing else.

/** The texts of `package-lock.json`, `package.json` and `.npmrc` in one folder. */
export interface LockedFolder {
  readonly lock: string
  readonly manifest: string
  readonly settings: string
}

/** An entry of `packages` (npm's documentation of package-lock.json), as far as it is checked. */
interface Entry {
  readonly name?: string
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const exactVersion = /^\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/
const sha512 = /^sha512-[A-Za-z0-9+/]{86}==$/
const releaseAgeInDays = 7

/** One line for every rule that a file breaks, `file:line: what`; empty when all is well. */
export function lockProblems({ lock, manifest, settings }: LockedFolder): readonly string[] {
  const { lockfileVersion, packages = {} } = JSON.parse(lock) as {
    lockfileVersion?: number
    packages?: Readonly<Record<string, Entry>>
  }
  const { '': root = {}, ...others } = packages
  const at = (path: string) => `package-lock.json:${lineOf(lock, `"${path}": {`)}: `
  const declared = aliasesOf(Object.values(packages))
  return [
    ...(lockfileVersion === 3 ? [] : [`package-lock.json:1: lockfileVersion is ${lockfileVersion}, and must be 3`]),
    ...rootProblems(root, JSON.parse(manifest)).map((problem) => `${at('')}${problem}`),
    ...Object.entries(others).flatMap(([path, entry]) =>
      entryProblems(path, entry, declared).map((problem) => `${at(path)}${path} ${problem}`),
    ),
    ...settingProblems(settings),
  ]
}

function rootProblems(root: Entry, manifest: Entry): readonly string[] {
  const different = (['name', 'version'] as const).filter((key) => root[key] !== manifest[key])
  return [
    ...different.map((key) => `the ${key} is "${root[key]}", and "${manifest[key]}" in package.json`),
    ...specifications(manifest)
      .filter(([, version]) => !exactVersion.test(version))
      .map(([name, version]) => `package.json requires ${name} "${version}", which is no exact version`),
  ]
}

function entryProblems(path: string, entry: Entry, declared: ReadonlySet<string>): readonly string[] {
  const alias = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const isRenamed = entry.name !== undefined && entry.name !== alias && !declared.has(`${alias} ${entry.name}`)
  return [
    ...(entry.link ? ['is a link to a folder'] : []),
    ...(exactVersion.test(entry.version ?? '') ? [] : [`has the version "${entry.version ?? ''}"`]),
    ...(sha512.test(entry.integrity ?? '') ? [] : ['has no SHA-512 in "integrity"']),
    ...(entry.resolved === undefined ? [] : [`is downloaded from ${entry.resolved}, whatever registry is configured`]),
    ...(isRenamed ? [`contains ${entry.name}, which no package requires under this name`] : []),
  ]
}

/** `alias name` of every requirement of the form `npm:name@range`. */
function aliasesOf(entries: readonly Entry[]): ReadonlySet<string> {
  const aliases = entries.flatMap(specifications).flatMap(([alias, range]) => {
    const name = /^npm:(@?[^@]+)/.exec(range)?.[1]
    return name === undefined ? [] : [`${alias} ${name}`]
  })
  return new Set(aliases)
}

function specifications(entry: Entry): readonly (readonly [string, string])[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = entry
  return [dependencies, devDependencies, optionalDependencies, peerDependencies].flatMap((all) =>
    Object.entries(all ?? {}),
  )
}

function settingProblems(settings: string): readonly string[] {
  const found = new Map(
    settings.split('\n').map((line) => line.split('=', 2).map((part) => part.trim()) as [string, string]),
  )
  const wanted = ['ignore-scripts', 'omit-lockfile-registry-resolved'].filter((name) => found.get(name) !== 'true')
  const age = Number(found.get('min-release-age') ?? 0)
  return [
    ...wanted.map((name) => `.npmrc: ${name} must be true`),
    ...(age >= releaseAgeInDays
      ? []
      : [`.npmrc: min-release-age is ${age}, and must be ${releaseAgeInDays} days or more`]),
  ]
}

function lineOf(file: string, text: string): number {
  return file.slice(0, Math.max(0, file.indexOf(text))).split('\n').length
}
