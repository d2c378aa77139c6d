import type { STSClient } from '@aws-sdk/client-sts'
import { Failure } from '../failure.ts'
import type { Identity } from '../ports.ts'
import { setting, text, untrusted } from '../text.ts'
import { call } from './call.ts'
import type { LocalCredentials } from './credential-source.ts'
import { present } from './error-class.ts'
import type { RetryContext } from './retry-context.ts'

/** What this needs of a connection: it also runs before the connection is open. */
interface Asker extends RetryContext {
  readonly clients: { sts(): Promise<STSClient> }
}

/** The identity of the credentials. GetCallerIdentity needs no permission. */
export async function callerIdentity(asker: Asker): Promise<Identity> {
  const client = await asker.clients.sts()
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
  return call(
    asker,
    async (options) => {
      const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}), options)
      return { accountId: present(Account, 'Account'), arn: present(Arn, 'Arn') }
    },
    { action: 'sts:GetCallerIdentity', kind: 'read' },
  )
}

/** Throws `account-not-allowed` when the credentials belong to an account that is not in the list. */
export async function requireAccount(
  asker: Asker,
  allowed: readonly string[],
  local?: LocalCredentials,
): Promise<void> {
  const { accountId, arn } = await callerIdentity(asker)
  if (allowed.includes(accountId)) return
  throw new Failure({
    code: 'account-not-allowed',
    what: text`The credentials belong to account ${untrusted(accountId)}, but ${setting('allowed-account-ids')} is ${allowed.join(', ')}`,
    why: text`sts:GetCallerIdentity returned ${untrusted(arn)}`,
    fix: text`${local ? text`Use a profile of that account (--profile)` : text`Set ${setting('role-to-assume')} to a role of that account`}, or correct ${setting('allowed-account-ids')}. Nothing has been changed.`,
  })
}
