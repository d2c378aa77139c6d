import { Failure } from '../failure.ts'
import { nearest } from '../nearest.ts'
import { text, untrusted } from '../text.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The region of a profile (by default that of AWS_PROFILE, else `default`) in the AWS config and credentials files; undefined where
 * it has none. Throws `credentials-missing` for a named profile that is in neither file: the SDK would search on, and end with
 * another reason.
 */
export async function profileRegion(
  profile: string | undefined,
  environment: Environment,
): Promise<string | undefined> {
  const { loadSharedConfigFiles } = await import('@smithy/core/config')
  const { AWS_SHARED_CREDENTIALS_FILE: filepath, AWS_CONFIG_FILE: configFilepath } = environment
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...(filepath && { filepath }),
    ...(configFilepath && { configFilepath }),
  })
  const known = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(isProfile)
  const named = profile ?? (environment.AWS_PROFILE || undefined)
  if (named !== undefined && !known.includes(named)) throw unknownProfile(named, known)
  const name = named ?? 'default'
  return configFile[name]?.region ?? credentialsFile[name]?.region
}

/** The SDK keeps the sections of other kinds beside the profiles: `sso-session.corp`, `services.local`. */
function isProfile(section: string): boolean {
  return !/^(sso-session|services)\./.test(section)
}

function unknownProfile(name: string, known: readonly string[]): Failure {
  const suggestion = nearest(name, known)
  return new Failure({
    code: 'credentials-missing',
    what: text`The profile ${untrusted(name)} does not exist`,
    why: text`the AWS config and credentials files have ${untrusted(known.join(', ') || 'no profile')}${suggestion === undefined ? '' : text`; did you mean ${untrusted(suggestion)}?`}`,
    fix: text`Correct --profile or AWS_PROFILE, or add it: aws configure sso --profile ${untrusted(name)}.`,
  })
}
