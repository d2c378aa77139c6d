import { roleArn } from '../../arn.ts'
import type { Aws } from '../../aws/connect.ts'
import { Failure } from '../../failure.ts'
import { shownText } from '../shown-text.ts'

/** An account that the credentials of this machine belong to. */
export interface Account {
  readonly id: string
  readonly region: string
  readonly aws: Aws
  /** The result of a read; undefined where it is not allowed, which `notes` then states. */
  read<T>(what: () => Promise<T>): Promise<T | undefined>
  /** What could not be read, each once. */
  readonly notes: readonly string[]
}

/** Why no account was read: a sentence, with what to do. */
export interface Unread {
  readonly why: string
}

/** Opens the account; without usable credentials, the reason. */
export async function openFoundAccount(aws: Aws): Promise<Account | Unread> {
  const notes: string[] = []
  try {
    const { accountId } = await aws.identity()
    return { id: accountId, region: aws.region, aws, notes, read: (what) => tolerant(what, notes) }
  } catch (error) {
    if (error instanceof Failure && /^(credentials-|aws-unreachable|proxy-refused)/.test(error.parts.code))
      return { why: reasonOf(error) }
    throw error
  }
}

/** An expired login can be renewed by one command. Credentials may be absent on purpose. */
function reasonOf({ parts: { code, what, why, fix } }: Failure): string {
  if (code !== 'credentials-expired') return `${shownText(why ?? what)}.`
  return `${shownText(what)}${why ? `: ${shownText(why).replace(/\.$/, '')}` : ''}. ${fix ? shownText(fix) : ''}`.trim()
}

async function tolerant<T>(what: () => Promise<T>, notes: string[]): Promise<T | undefined> {
  try {
    return await what()
  } catch (error) {
    if (!(error instanceof Failure) || error.parts.code !== 'permission-missing') throw error
    const note = shownText(error.parts.what).trim()
    if (!notes.includes(note)) notes.push(note)
    return undefined
  }
}

/** Whether IAM has the role; undefined where that cannot be read. */
export async function hasRole({ aws, read }: Account, name: string): Promise<boolean | undefined> {
  return read(async () => (await aws.roles.role(name.split('/').at(-1) ?? name)) !== undefined)
}

/** Name of a role that is given by its ARN in the account itself: the form in which one file fits every account. */
export function roleName(arn: string, { id, region }: Pick<Account, 'id' | 'region'>): string {
  const name = arn.slice(arn.indexOf(':role/') + ':role/'.length)
  return roleArn(name, id, region) === arn ? name : arn
}
