import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { shellWord } from '../shell-word.ts'
import { text, untrusted } from '../text.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Settings of profiles by their names. */
type Profiles = ReadonlyMap<string, Readonly<Record<string, string>>>

/**
 * The region of a profile (by default that of AWS_PROFILE, else `default`) in the AWS config and credentials files; undefined where
 * it has none (AWS CLI user guide, "Configuration and credential file settings").
 */
export function profileRegion(profile: string | undefined, environment: Environment): string | undefined {
  return readProfiles(environment).get(profile ?? (environment.AWS_PROFILE || 'default'))?.region
}

/**
 * Throws `credentials-missing` for a profile that is named and in neither file: the SDK would search on, and end with another
 * reason. Keys in the environment precede AWS_PROFILE, whatever that is.
 */
export function requireProfile(profile: string | undefined, environment: Environment): void {
  const name = profile ?? (environment.AWS_ACCESS_KEY_ID ? undefined : environment.AWS_PROFILE)
  const known = [...readProfiles(environment).keys()]
  if (!name || known.includes(name)) return
  const suggestion = nearest(name, known)
  throw new Failure({
    code: 'credentials-missing',
    what: text`The profile ${untrusted(name)} does not exist`,
    why: text`the AWS config and credentials files have ${untrusted(known.join(', ') || 'no profile')}${suggestion === undefined ? '' : text`; did you mean ${untrusted(suggestion)}?`}`,
    fix: text`Correct --profile or AWS_PROFILE, or add it: aws configure sso --profile ${shellWord(name)}`,
  })
}

/** The profile that a person logs in with: the one at the end of the chain of `source_profile`. */
export function loginProfile(profile: string, environment: Environment): string {
  const profiles = readProfiles(environment)
  const seen = new Set<string>()
  let name = profile
  while (!seen.has(name)) {
    seen.add(name)
    name = profiles.get(name)?.source_profile ?? name
  }
  return name
}

/** Of both files; the config file precedes, as it has the region. */
function readProfiles({ AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, HOME }: Environment): Profiles {
  const folder = join(HOME || homedir(), '.aws')
  const profiles = new Map<string, Record<string, string>>()
  for (const [section, settings] of [
    ...sectionsOf(AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials')),
    ...sectionsOf(AWS_CONFIG_FILE || join(folder, 'config')).flatMap(profileSection),
  ])
    profiles.set(section, { ...profiles.get(section), ...settings })
  return profiles
}

type Section = readonly [name: string, settings: Readonly<Record<string, string>>]

/** In the config file, `[profile name]` or `[default]`; it has other sections, too, such as `[sso-session corp]`. */
function profileSection([head, settings]: Section): readonly Section[] {
  const [, name] = /^(?:profile\s+)?(\S+)$/.exec(head) ?? []
  return name === undefined ? [] : [[name, settings]]
}

function sectionsOf(path: string): readonly Section[] {
  const sections: [string, Record<string, string>][] = []
  for (const line of textOf(path).split(/\r?\n/)) {
    const [, head] = /^\s*\[\s*(.+?)\s*\]/.exec(line) ?? []
    if (head !== undefined) sections.push([head.replaceAll(/['"]/g, ''), {}])
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    const [, settings] = sections.at(-1) ?? []
    if (settings && key !== undefined && value !== undefined) settings[key] = value
  }
  return sections
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
