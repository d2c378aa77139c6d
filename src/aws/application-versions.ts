import { Failure } from '../failure.ts'
import type { ApplicationVersion, NewVersion } from '../ports.ts'
import { text, untrusted } from '../text.ts'
import type { Reads } from './beanstalk-reads.ts'
import { versionOf } from './beanstalk-shapes.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { type AwsError, present } from './error-class.ts'
import { answerOf } from './error-words.ts'

/** True for the content that was to be made: an S3 location of a version can never change. */
function hasContent(version: ApplicationVersion, { content }: NewVersion): boolean {
  if ('image' in content) return version.image === content.image
  const { bucket, key } = content.source
  return version.source?.bucket === bucket && version.source.key === key
}

/** Makes a version that AWS validates; the one that exists where it has the same content. */
export async function createVersion(
  connection: Connection,
  version: NewVersion,
  reads: Reads,
): Promise<ApplicationVersion> {
  const { application, label, description, content, tags } = version
  const client = await connection.clients.elasticBeanstalk()
  const { CreateApplicationVersionCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new CreateApplicationVersionCommand({
    ApplicationName: application,
    VersionLabel: label,
    ...(description !== undefined && { Description: description }),
    ...('image' in content
      ? { ImageConfiguration: { Source: { Uri: content.image } } }
      : { SourceBundle: { S3Bucket: content.source.bucket, S3Key: content.source.key }, Process: true }),
    AutoCreateApplication: false,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  })
  const made = async () => {
    const found = await reads.describeVersion(application, label)
    return found && hasContent(found, version) ? found : undefined
  }
  return call(
    connection,
    async (options) =>
      versionOf(present((await client.send(command, options)).ApplicationVersion, 'ApplicationVersion')),
    {
      action: 'elasticbeanstalk:CreateApplicationVersion',
      kind: 'mutate',
      readBack: made,
      whenRefused: async (refusal) => {
        if (!/already exists/.test(refusal.message)) return explainVersion(refusal)
        const found = await made()
        if (found) return { value: found }
        throw labelTaken(label, refusal)
      },
    },
  )
}

function labelTaken(label: string, cause: AwsError): Failure {
  return new Failure({
    code: 'version-label-taken',
    what: text`Application Version ${untrusted(label)} already exists with another source bundle`,
    why: answerOf(cause),
    fix: text`Set version-label to a new label, or leave it out: the default contains a hash of the bundle. Nothing has been deployed.`,
    cause,
  })
}

/** Refusals of which AWS's words do not say what to do. */
function explainVersion(refusal: AwsError): undefined {
  if (refusal.name !== 'TooManyApplicationVersionsException') return undefined
  throw new Failure({
    code: 'version-quota',
    what: text`TooManyApplicationVersionsException: the quota of application versions of this account and region is reached`,
    why: answerOf(refusal),
    fix: text`Set keep-versions, so that old versions are deleted after each deployment; or set an application version lifecycle policy. Nothing has been deployed.`,
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-lifecycle.html',
    cause: refusal,
  })
}

/** Deletes a version; one that does not exist is no error. */
export async function deleteVersion(
  connection: Connection,
  application: string,
  label: string,
  withBundle: boolean,
): Promise<void> {
  const client = await connection.clients.elasticBeanstalk()
  const { DeleteApplicationVersionCommand } = await import('@aws-sdk/client-elastic-beanstalk')
  const command = new DeleteApplicationVersionCommand({
    ApplicationName: application,
    VersionLabel: label,
    DeleteSourceBundle: withBundle,
  })
  await call(connection, async (options) => client.send(command, options), {
    action: 'elasticbeanstalk:DeleteApplicationVersion',
    kind: 'mutate',
    idempotent: true,
  })
}
