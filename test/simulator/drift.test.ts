import { describe, expect, test } from '@jest/globals'
import { findDrift } from './drift.ts'
import { loadModel, type Model } from './model.ts'
import { servicesWithClient } from './schema.ts'
import { serviceNames } from './wire/route.ts'

/**
 * Differences that somebody looked at. The clients are pinned and the models are newer, so new members show up here
 * first. What the client does not know it drops without a word.
 * Updating a client or the models makes an entry stale: delete it then.
 */
const reviewed: Readonly<Record<string, { readonly since: string; readonly why: string }>> = {
  "ecs GatewayConnector.deregistrationDelay: only in AWS's model": {
    since: '2026-11-21',
    why: 'Newer than client-ecs 3.1162. Gateway connectors are not used by Slipway.',
  },
  "ecs InstanceLaunchTemplate.nitroEnclavesEnabled: only in AWS's model": {
    since: '2026-11-21',
    why: 'Newer than client-ecs 3.1162. Capacity providers are not used by Slipway.',
  },
  "ecs RegisterTaskDefinitionRequest.trustedExecutionConfiguration: only in AWS's model": {
    since: '2026-11-21',
    why: 'Newer than client-ecs 3.1162, which drops it: a task definition that has it must be refused before it is sent.',
  },
  "ecs TaskDefinition.trustedExecutionConfiguration: only in AWS's model": {
    since: '2026-11-21',
    why: 'Newer than client-ecs 3.1162: not visible in a task definition that is read from AWS.',
  },
  "ecs Task.trustedExecutionSummary: only in AWS's model": {
    since: '2026-11-21',
    why: 'Newer than client-ecs 3.1162. Not part of any diagnosis.',
  },
  "ecr ReplicationRule.deleteReplication: only in AWS's model": {
    since: '2026-11-21',
    why: 'Newer than client-ecr 3.1169. Replication rules are not used by Slipway.',
  },
  "elasticbeanstalk PlatformDescription.DefaultAmiList: only in AWS's model": {
    since: '2026-11-30',
    why: 'Newer than client-elastic-beanstalk 3.1138. Images of platforms are not read.',
  },
  ...Object.fromEntries(
    [
      'CreateDeploymentGroupInput',
      'CreateDeploymentInput',
      'DeploymentGroupInfo',
      'DeploymentInfo',
      'UpdateDeploymentGroupInput',
    ].map((shape) => [
      `codedeploy ${shape}.ec2DeploymentOptions: only in AWS's model`,
      {
        since: '2026-11-21',
        why: 'Newer than client-codedeploy 3.1133. For deployments to EC2 instances, not to ECS.',
      },
    ]),
  ),
  ...Object.fromEntries(
    [
      'AbortMultipartUploadOutput',
      'CreateMultipartUploadOutput',
      'ListPartsOutput',
      'MultipartUpload',
      'UploadPartOutput',
    ].map((shape) => [
      `s3 ${shape}.VersionId: only in AWS's model`,
      {
        since: '2026-11-30',
        why: 'Newer than client-s3 3.1169. Versions of unfinished uploads are not used by Slipway.',
      },
    ]),
  ),
  ...Object.fromEntries(
    ['GetObjectOutput', 'HeadObjectOutput'].map((shape) => [
      `s3 ${shape}.ExpiresString: only in the client`,
      { since: '2026-11-30', why: "The client's own: the header as it is, as Expires is no date in some replies." },
    ]),
  ),
  ...Object.fromEntries(
    [
      'ListPartsOutput.NextPartNumberMarker',
      'ListPartsOutput.PartNumberMarker',
      'ListPartsRequest.PartNumberMarker',
    ].map((member) => [
      `s3 ${member}: is integer in AWS's model, string in the client`,
      { since: '2026-11-30', why: 'The same on the wire; botocore has patched its type.' },
    ]),
  ),
  ...Object.fromEntries(
    ['ListContinuousDeploymentPoliciesRequest', 'ListDistributionsRequest', 'ListInvalidationsRequest'].map((shape) => [
      `cloudfront ${shape}.MaxItems: is string in AWS's model, number in the client`,
      { since: '2026-11-30', why: 'The same on the wire; botocore has kept its earlier type.' },
    ]),
  ),
  ...Object.fromEntries(
    ['EventBridgePutEventsV2Parameters', 'EventBridgePutRawEventsParameters'].map((member) => [
      `scheduler Target.${member}: only in AWS's model`,
      { since: '2026-11-30', why: 'Newer than client-scheduler 3.1140, and of targets that run no task.' },
    ]),
  ),
  ...Object.fromEntries(
    [
      'CreateSecretRequest.CrossAccountPrimaryARN',
      'DescribeSecretResponse.CrossAccountPrimary',
      'DescribeSecretResponse.CrossAccountReplicas',
    ].map((member) => [
      `secretsmanager ${member}: only in AWS's model`,
      { since: '2026-11-21', why: 'Newer than client-secrets-manager 3.1162. Cross-account secrets are not modelled.' },
    ]),
  ),
}

describe("the clients know the wire as AWS's models describe it", () => {
  test.each(serviceNames.filter((service) => servicesWithClient.includes(service)))(
    '%s, but for the differences that were reviewed',
    async (service) => {
      const expected = Object.keys(reviewed).filter((difference) => difference.startsWith(`${service} `))
      expect(await findDrift(service)).toEqual(expected.sort())
    },
  )

  test('and a difference of each kind would be seen', async () => {
    const model = structuredClone(loadModel('sts')) as unknown as {
      operations: Record<string, unknown>
      shapes: Record<string, { type: string; required?: string[]; members: Record<string, string> }>
    }
    const { operations, shapes } = model
    operations.AssumeRobot = operations.AssumeRole
    delete operations.AssumeRoot
    shapes.GetCallerIdentityResponse!.members.Robot = 'accountType'
    delete shapes.GetCallerIdentityResponse!.members.UserId
    shapes.GetCallerIdentityResponse!.required = ['Account']
    shapes.Credentials!.required = ['AccessKeyId', 'SecretAccessKey', 'SessionToken']
    shapes.Credentials!.members.Expiration = 'accessKeyIdType'
    expect(await findDrift('sts', model as unknown as Model)).toEqual([
      "sts AssumeRobot: only in AWS's model",
      'sts AssumeRoot: only in the client',
      "sts Credentials.Expiration: is string in AWS's model, timestamp in the client",
      'sts Credentials.Expiration: required in the client alone',
      "sts GetCallerIdentityResponse.Account: required in AWS's model alone",
      "sts GetCallerIdentityResponse.Robot: only in AWS's model",
      'sts GetCallerIdentityResponse.UserId: only in the client',
    ])
  })
})

test('no service is left out', () => {
  expect(serviceNames.filter((service) => !servicesWithClient.includes(service))).toEqual([])
})

test('every extract says where it comes from, and all come from the same release', () => {
  const sources = serviceNames.map((service) => loadModel(service).source)
  expect(new Set(sources.map(({ botocore }) => botocore)).size).toBe(1)
  for (const source of sources)
    expect(source).toEqual({
      botocore: expect.stringMatching(/^1\.\d+\.\d+$/),
      extracted: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    })
})
