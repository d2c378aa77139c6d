import { createHash } from 'node:crypto'
import { arnInAnyAccount } from '../arn.ts'
import { Failure } from '../failure.ts'
import type { CodeDeployDeployment } from '../ports.ts'
import { call } from './call.ts'
import type { Clients } from './clients.ts'
import type { Connection } from './connection.ts'

type Revision = CodeDeployDeployment['revision']

/** AppSpecs by application and hash: they are immutable, and a watch reads the same two repeatedly. */
const known = new WeakMap<Clients, Map<string, Promise<string | undefined>>>()

/**
 * A deployment with the AppSpecs of its revisions. Of a revision that is an AppSpec, a description may have the hash alone
 * ("the content property … is always null", API GetDeployment); GetApplicationRevision has the text. Where that is not
 * allowed, the deployment stays as it is.
 */
export async function withAppSpecs(
  connection: Connection,
  deployment: CodeDeployDeployment,
): Promise<CodeDeployDeployment> {
  const { applicationName = '', revision, previousRevision } = deployment
  const [own, previous] = await Promise.all([
    complete(connection, applicationName, revision),
    complete(connection, applicationName, previousRevision),
  ])
  return own === revision && previous === previousRevision
    ? deployment
    : { ...deployment, ...(own && { revision: own }), ...(previous && { previousRevision: previous }) }
}

async function complete(connection: Connection, application: string, revision: Revision): Promise<Revision> {
  const { content: shown, sha256 } = revision?.appSpecContent ?? {}
  if (shown || !sha256) return revision
  const content = await cached(connection, `${application} ${sha256}`, () => read(connection, application, sha256))
  return content === undefined ? revision : { ...revision, appSpecContent: { content, sha256 } }
}

/** Keeps the AppSpec of a deployment created here; saves the read. */
export function cacheAppSpec(connection: Connection, application: string, content: string): void {
  cacheOf(connection).set(`${application} ${appSpecHash(content)}`, Promise.resolve(content))
}

/** The hash by which CodeDeploy names an AppSpec (API AppSpecContent, `sha256`), in hexadecimal. */
export function appSpecHash(content: string): string {
  return createHash('sha256').update(content).digest('hex')
}

function cacheOf({ clients }: Connection) {
  const cache = known.get(clients) ?? new Map<string, Promise<string | undefined>>()
  known.set(clients, cache)
  return cache
}

/** A read that AWS did not answer is repeated the next time. */
function cached(connection: Connection, key: string, fetchContent: () => Promise<string | undefined>) {
  const cache = cacheOf(connection)
  const content = cache.get(key) ?? fetchContent()
  cache.set(key, content)
  content.catch(() => cache.delete(key))
  return content
}

async function read(connection: Connection, applicationName: string, sha256: string): Promise<string | undefined> {
  const client = await connection.clients.codedeploy()
  const { GetApplicationRevisionCommand } = await import('@aws-sdk/client-codedeploy')
  const revision = { revisionType: 'AppSpecContent', appSpecContent: { sha256 } } as const
  const command = new GetApplicationRevisionCommand({ applicationName, revision })
  try {
    return await call(
      connection,
      async (options) => (await client.send(command, options)).revision?.appSpecContent?.content,
      {
        action: 'codedeploy:GetApplicationRevision',
        resource: arnInAnyAccount('codedeploy', connection.region, `application:${applicationName}`),
        kind: 'read',
        whenRefused: ({ name }) => (name === 'RevisionDoesNotExistException' ? { value: undefined } : undefined),
      },
    )
  } catch (error) {
    if (error instanceof Failure && error.parts.code === 'permission-missing') return undefined
    throw error
  }
}
