import {
  CloudFrontClient,
  CopyDistributionCommand,
  CreateContinuousDeploymentPolicyCommand,
  type DistributionConfig,
  GetDistributionConfigCommand,
  ListContinuousDeploymentPoliciesCommand,
  ListDistributionsCommand,
  type TrafficConfig,
  UpdateContinuousDeploymentPolicyCommand,
  UpdateDistributionCommand,
  UpdateDistributionWithStagingConfigCommand,
} from '@aws-sdk/client-cloudfront'
import { expect, test } from '@jest/globals'
import { createSimulator } from '../simulator.ts'

const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
const minutes = 60_000

const weight = (Weight: number, seconds = 600): TrafficConfig => ({
  Type: 'SingleWeight',
  SingleWeightConfig: { Weight, SessionStickinessConfig: { IdleTTL: seconds, MaximumTTL: seconds } },
})
const header: TrafficConfig = { Type: 'SingleHeader', SingleHeaderConfig: { Header: 'aws-cf-cd-new', Value: 'yes' } }

function given(options: { readonly httpVersion?: string } = {}) {
  const simulator = createSimulator()
  const { s3 } = simulator.world.region('eu-west-1')
  const { cloudfront } = simulator.world.region('us-east-1')
  const made = cloudfront.createDistribution({ bucket: 'site', ...options, aliases: ['www.example.com'] })
  const Statement = [{ Principal: { Service: 'cloudfront.amazonaws.com' }, Action: 's3:GetObject' }]
  const Condition = { ArnLike: { 'AWS:SourceArn': `${made.arn.replace(made.id, '*')}` } }
  s3.createBucket('site', { policy: JSON.stringify({ Statement: Statement.map((one) => ({ ...one, Condition })) }) })
  const put = (Key: string) => s3.handlers.PutObject?.({ Bucket: 'site', Key, Body: Buffer.from(Key) }, {} as never)
  put('old/a')
  put('new/a')
  const client = new CloudFrontClient({
    ...{ region: 'us-east-1', credentials, maxAttempts: 1, requestHandler: simulator.requestHandler },
  })
  const seen = (headers = {}) => {
    const { body = '', headers: answered } = cloudfront.view('www.example.com', '/a', headers)
    return { body: Buffer.from(body as string).toString(), cookie: answered['set-cookie'] }
  }
  const config = async (Id: string) => await client.send(new GetDistributionConfigCommand({ Id }))
  const update = async (Id: string, change: (config: DistributionConfig) => Partial<DistributionConfig>) => {
    const { DistributionConfig: now, ETag } = await config(Id)
    const DistributionConfig = { ...(now as DistributionConfig), ...change(now as DistributionConfig) }
    return await client.send(new UpdateDistributionCommand({ Id, IfMatch: ETag, DistributionConfig }))
  }
  const serve = (Id: string, OriginPath: string) =>
    update(Id, ({ Origins }) => ({
      Origins: { Quantity: 1, Items: (Origins?.Items ?? []).map((origin) => ({ ...origin, OriginPath })) },
    }))
  const copy = async (CallerReference = 'copy') => {
    const { ETag } = await config(made.id)
    const asked = { PrimaryDistributionId: made.id, Staging: true, IfMatch: ETag, CallerReference }
    return await client.send(new CopyDistributionCommand(asked))
  }
  const policy = (domain = '', TrafficConfig = weight(0.1), Enabled = true) =>
    client.send(
      new CreateContinuousDeploymentPolicyCommand({
        ContinuousDeploymentPolicyConfig: {
          StagingDistributionDnsNames: { Quantity: 1, Items: [domain] },
          ...{ Enabled, TrafficConfig },
        },
      }),
    )
  return { simulator, client, made, seen, config, update, serve, copy, policy }
}

const nameOf = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (error: Error) => error.name,
  )

test('a policy sends viewers to the staging distribution by a header, then a part of the sessions, until it is promoted', async () => {
  const { simulator, client, made, seen, config, update, serve, copy, policy } = given()
  await serve(made.id, '/old')
  const { Distribution: staging } = await copy()
  const Id = staging?.Id ?? ''
  expect([staging?.DistributionConfig?.Staging, staging?.DistributionConfig?.Aliases?.Quantity]).toEqual([true, 0])
  await serve(Id, '/new')
  const { ContinuousDeploymentPolicy: made1, ETag } = await policy(staging?.DomainName, header)
  await update(made.id, () => ({ ContinuousDeploymentPolicyId: made1?.Id }))
  expect(seen({ 'aws-cf-cd-new': 'yes' }).body).not.toBe('new/a')
  simulator.clock.advance(5 * minutes)
  expect([seen().body, seen({ 'aws-cf-cd-new': 'no' }).body, seen({ 'aws-cf-cd-new': 'yes' }).body]).toEqual([
    'old/a',
    'old/a',
    'new/a',
  ])
  const ContinuousDeploymentPolicyConfig = {
    ...{ StagingDistributionDnsNames: { Quantity: 1, Items: [staging?.DomainName ?? ''] }, Enabled: true },
    TrafficConfig: weight(0.15),
  }
  const asked = { Id: made1?.Id, IfMatch: ETag, ContinuousDeploymentPolicyConfig }
  await client.send(new UpdateContinuousDeploymentPolicyCommand(asked))
  simulator.clock.advance(5 * minutes)
  const sessions = Array.from({ length: 200 }, () => seen())
  const shifted = sessions.filter(({ body }) => body === 'new/a')
  expect(shifted.length).toBeGreaterThan(10)
  expect(shifted.length).toBeLessThan(60)
  for (const { body, cookie } of sessions.slice(0, 20)) expect(seen({ cookie }).body).toBe(body)
  const etags = [(await config(made.id)).ETag, (await config(Id)).ETag]
  const promote = (IfMatch: string) =>
    client.send(new UpdateDistributionWithStagingConfigCommand({ Id: made.id, StagingDistributionId: Id, IfMatch }))
  expect(await nameOf(promote([...etags].reverse().join(', ')))).toBe('PreconditionFailed')
  await promote(etags.join(', '))
  // The caches of the two are their own: the primary one has the page of before until its lifetime is over.
  simulator.clock.advance(5 * minutes)
  expect(seen().body).toBe('old/a')
  simulator.clock.advance(24 * 60 * minutes)
  expect(Array.from({ length: 50 }, () => seen().body).every((body) => body === 'new/a')).toBe(true)
  const { DistributionConfig: now } = await config(made.id)
  expect([now?.Aliases?.Items, now?.Staging, now?.ContinuousDeploymentPolicyId]).toEqual([
    ['www.example.com'],
    false,
    made1?.Id,
  ])
  const list = await client.send(new ListContinuousDeploymentPoliciesCommand({}))
  const [one] = list.ContinuousDeploymentPolicyList?.Items ?? []
  expect(one?.ContinuousDeploymentPolicy?.ContinuousDeploymentPolicyConfig?.Enabled).toBe(false)
  const { DistributionList: all } = await client.send(new ListDistributionsCommand({}))
  expect(all?.Items?.map(({ Staging }) => Staging)).toEqual([false, true])
})

test('what CloudFront refuses', async () => {
  const { made, update, copy, policy } = given()
  const { Distribution: staging } = await copy()
  expect(await nameOf(copy())).toBe('DistributionAlreadyExists')
  expect(await nameOf(policy(made.domain))).toBe('InvalidArgument')
  for (const wrong of [weight(0.16), weight(0.1, 299), weight(0.1, 3601), { Type: 'SingleHeader' as const }])
    expect(await nameOf(policy(staging?.DomainName, wrong))).toBe('InvalidArgument')
  const { ContinuousDeploymentPolicy: made1 } = await policy(staging?.DomainName)
  expect(await nameOf(policy(staging?.DomainName))).toBe('StagingDistributionInUse')
  expect(await nameOf(update(staging?.Id ?? '', () => ({ Enabled: false })))).toBe('StagingDistributionInUse')
  await update(made.id, () => ({ ContinuousDeploymentPolicyId: made1?.Id }))
  expect(await nameOf(update(made.id, () => ({ HttpVersion: 'http1.1' })))).toBe('IllegalUpdate')
  const other = given({ httpVersion: 'http2and3' })
  expect(await nameOf(other.copy())).toBe('InvalidArgument')
})
