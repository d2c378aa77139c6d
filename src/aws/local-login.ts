import { Failure } from '../failure.ts'
import { shellWord } from '../shell-word.ts'
import { text, untrusted } from '../text.ts'
import type { LocalCredentials } from './credential-source.ts'
import { loginProfile } from './profile.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What the SDK says of a login that has ended or that never was (@aws-sdk/token-providers, credential-provider-sso and
 * credential-provider-login); `UnauthorizedException` is that of IAM Identity Center for a session that was revoked.
 */
const logins = [
  {
    words: /aws sso login|SSO session|UnauthorizedException: Session token/,
    name: 'SSO session',
    command: 'aws sso login',
  },
  { words: /aws login|reauthenticate|\/login\/cache\//i, name: 'login session', command: 'aws login' },
] as const

/** The failure `credentials-expired` for a profile whose login has ended, with the command that begins another; else undefined. */
export function loginEnded(
  message: string,
  { profile }: LocalCredentials,
  environment: Environment,
): Failure | undefined {
  const login = logins.find(({ words }) => words.test(message))
  if (login === undefined) return undefined
  const name = profile ?? (environment.AWS_PROFILE || 'default')
  return new Failure({
    code: 'credentials-expired',
    what: text`The profile ${untrusted(name)} has no valid ${login.name}`,
    why: text`${untrusted(message)}`,
    fix: text`Log in again: ${login.command} --profile ${shellWord(loginProfile(name, environment))}`,
  })
}
