import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs'
import { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, test } from '@jest/globals'
import { AwsError, type Handler, type Handlers } from '../contract.ts'
import type { HttpResponse } from '../http.ts'
import { jsonRequest, queryRequest } from '../raw-request.ts'
import { createSimulator, type Simulator } from '../simulator.ts'

const text = (response: HttpResponse) => String(response.body)
const body = (response: HttpResponse) => JSON.parse(text(response)) as Record<string, unknown>
const region = (simulator: Simulator) => simulator.world.region('eu-west-1')

/** Replaces what the simulator does, to see what the wire makes of it. */
const handle = (service: { readonly handlers: Handlers }, operation: string, handler: Handler) =>
  Object.assign(service.handlers, { [operation]: handler })

const elb = '2015-12-01'

describe('a JSON request', () => {
  const cases: readonly (readonly [string, string, unknown, string, string])[] = [
    [
      'a member of the wrong type',
      'AmazonSSM.GetParameter',
      { Name: 7 },
      'SerializationException',
      "NUMBER_VALUE cannot be converted to String (at 'Name')",
    ],
    [
      'a structure in place of a list',
      'AmazonSSM.GetParameters',
      { Names: { a: 'b' } },
      'SerializationException',
      "START_OBJECT cannot be converted to List (at 'Names')",
    ],
    [
      'a member that AWS does not have',
      'AmazonSSM.GetParameter',
      { Name: 'a', Decrypt: true },
      'SerializationException',
      "'Decrypt' is not a member of GetParameterRequest",
    ],
    [
      'no required member',
      'AmazonSSM.GetParameter',
      {},
      'ValidationException',
      "Value null at 'Name' failed to satisfy constraint: Member must not be null",
    ],
    [
      'null for a required member',
      'AmazonSSM.GetParameter',
      { Name: null },
      'ValidationException',
      "Value null at 'Name'",
    ],
    [
      'a value outside an enum',
      'AmazonEC2ContainerServiceV20141113.DescribeServices',
      { services: ['a'], include: ['EVENTS'] },
      'InvalidParameterException',
      'Member must satisfy enum value set: [TAGS]',
    ],
    [
      'a value that does not match its pattern',
      'AmazonEC2ContainerRegistry_V20150921.DescribeImages',
      { repositoryName: 'Not/Lower' },
      'InvalidParameterException',
      'Member must satisfy regular expression pattern',
    ],
    [
      'a number that is too large',
      'AmazonEC2ContainerRegistry_V20150921.DescribeImages',
      { repositoryName: 'app', maxResults: 5000 },
      'InvalidParameterException',
      'Member must have value less than or equal to 1000',
    ],
    [
      'a list that is too long',
      'AmazonSSM.GetParameters',
      { Names: Array.from({ length: 11 }, () => 'a') },
      'ValidationException',
      'Member must have length less than or equal to 10',
    ],
    ['text that is not JSON', 'AmazonSSM.GetParameter', '{"Name":', 'SerializationException', 'JSON'],
  ]
  test.each(cases)('with %s is refused, and told why', async (_, target, input, code, message) => {
    const response = await createSimulator().handle(jsonRequest(target, input))
    expect(response.status).toBe(400)
    expect(body(response)).toEqual({ __type: code, message: expect.stringContaining(message) })
  })

  test('reports everything that is wrong at once', async () => {
    const response = await createSimulator().handle(
      jsonRequest('AmazonEC2ContainerRegistry_V20150921.DescribeImages', { maxResults: 0, registryId: 'x' }),
    )
    expect(body(response).message).toMatch(/^3 validation errors detected: .*registryId.*repositoryName/)
  })

  test('for an operation that the simulator does not model is answered 501 with its name', async () => {
    const response = await createSimulator().handle(
      jsonRequest('AmazonEC2ContainerServiceV20141113.CreateCapacityProvider', { name: 'a' }),
    )
    expect(response.status).toBe(501)
    expect(body(response)).toMatchObject({
      __type: 'NotImplemented',
      message: expect.stringContaining('ecs:CreateCapacityProvider'),
    })
    const unlisted = await createSimulator().handle(jsonRequest('AmazonSSM.StartSession', { Target: 'a' }))
    expect([unlisted.status, body(unlisted).__type]).toEqual([501, 'NotImplemented'])
  })

  test('for an operation that AWS does not have is answered as AWS does', async () => {
    const response = await createSimulator().handle(jsonRequest('AmazonSSM.GetParametre', {}))
    expect([response.status, body(response).__type]).toEqual([400, 'UnknownOperationException'])
  })
})

describe('a query request', () => {
  const cases: readonly (readonly [string, string, Record<string, string>, string, string])[] = [
    [
      'a member that AWS does not have',
      'DescribeTargetGroups',
      { 'TargetGroupArn.member.1': 'a' },
      'MalformedInput',
      "'TargetGroupArn' is not a member of DescribeTargetGroupsInput",
    ],
    ['no required member', 'DescribeTargetHealth', {}, 'ValidationError', "Value null at 'TargetGroupArn'"],
    [
      'text for a number',
      'DescribeTargetGroups',
      { PageSize: 'many' },
      'MalformedInput',
      "STRING_VALUE cannot be converted to Integer (at 'PageSize')",
    ],
    [
      'a number that is too large',
      'DescribeTargetGroups',
      { PageSize: '401' },
      'ValidationError',
      'Member must have value less than or equal to 400',
    ],
    [
      'a value outside an enum',
      'DescribeTargetHealth',
      { TargetGroupArn: 'a', 'Include.member.1': 'Everything' },
      'ValidationError',
      'Member must satisfy enum value set',
    ],
    ['an operation that AWS does not have', 'DescribeTargets', {}, 'InvalidAction', 'DescribeTargets'],
  ]
  test.each(cases)('with %s is refused, and told why', async (_, action, parameters, code, message) => {
    const response = await createSimulator().handle(queryRequest('elasticloadbalancing', elb, action, parameters))
    expect(response.status).toBe(400)
    expect(text(response)).toContain(`<Code>${code}</Code>`)
    expect(text(response).replaceAll('&#39;', "'")).toContain(message)
  })

  test('for an operation that the simulator does not model is answered 501 with its name', async () => {
    const response = await createSimulator().handle(
      queryRequest('sts', '2011-06-15', 'DecodeAuthorizationMessage', { EncodedMessage: 'a' }),
    )
    expect(response.status).toBe(501)
    expect(text(response)).toContain('sts:DecodeAuthorizationMessage')
  })

  test('for a service that is not there names it', async () => {
    const response = await createSimulator().handle(queryRequest('sns', '2010-03-31', 'Publish'))
    expect(response.status).toBe(501)
    expect(text(response)).toContain('Publish')
  })
})

test('a request in another protocol is told which ones are spoken', async () => {
  const response = await createSimulator().handle({
    method: 'POST',
    path: '/service/GraniteServiceVersion20100801/operation/DescribeAlarms',
    query: new URLSearchParams(),
    headers: { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
    body: Buffer.alloc(0),
  })
  expect(response.status).toBe(415)
  expect(body(response).message).toContain('awsJson and awsQuery')
  expect(body(response).message).toContain('rpc-v2-cbor')
})

describe('what the simulator answers is checked as strictly', () => {
  const answers: readonly (readonly [string, unknown, string])[] = [
    [
      'a member that AWS does not have',
      { Parameter: { Name: 'a', Secret: 'b' } },
      "'Parameter.Secret' is not a member of Parameter",
    ],
    [
      'a member of the wrong type',
      { Parameter: { Version: '1' } },
      "STRING_VALUE cannot be converted to Long (at 'Parameter.Version')",
    ],
    [
      'a number where a Date belongs',
      { Parameter: { LastModifiedDate: 1 } },
      "cannot be converted to Timestamp (at 'Parameter.LastModifiedDate')",
    ],
    ['a value outside an enum', { Parameter: { Type: 'Secret' } }, 'Member must satisfy enum value set'],
  ]
  test.each(answers)('%s is an error of the simulator that names it', async (_, answer, message) => {
    const simulator = createSimulator()
    handle(region(simulator).ssm, 'GetParameter', () => answer)
    const response = await simulator.handle(jsonRequest('AmazonSSM.GetParameter', { Name: 'a' }))
    expect(response.status).toBe(500)
    expect(body(response).message).toContain('ssm:GetParameter')
    expect(body(response).message).toContain(message)
    expect(simulator.recorder.all[0]?.outcome).toBe('SimulatorError')
  })

  test('so are errors that AWS does not declare for the operation, and crashes', async () => {
    const simulator = createSimulator()
    handle(region(simulator).ssm, 'GetParameter', () => {
      throw new AwsError('ServiceNotFoundException', 'Service not found.')
    })
    handle(region(simulator).elbv2, 'DescribeTargetGroups', () => {
      throw new TypeError('x is undefined')
    })
    const json = await simulator.handle(jsonRequest('AmazonSSM.GetParameter', { Name: 'a' }))
    expect([json.status, body(json).message]).toEqual([
      500,
      expect.stringContaining('does not declare for it: ServiceNotFoundException'),
    ])
    const query = await simulator.handle(queryRequest('elasticloadbalancing', elb, 'DescribeTargetGroups'))
    expect([query.status, text(query)]).toEqual([500, expect.stringContaining('x is undefined')])
  })
})

describe("AWS's own clients understand every protocol, in process and over HTTP alike", () => {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' }
  const at = new Date('2026-11-20T09:00:00.000Z')

  const ask = async (_simulator: Simulator, options: object) => {
    const client = { region: 'eu-west-1', credentials, maxAttempts: 1, ...options }
    const outcome = async (asked: Promise<unknown>) =>
      asked.then(
        (output) => ({ ...(output as object), $metadata: undefined }),
        (error: Error & { $metadata?: { httpStatusCode?: number } }) => [
          error.name,
          error.message,
          error.$metadata?.httpStatusCode,
        ],
      )
    return [
      await outcome(new SSMClient(client).send(new GetParameterCommand({ Name: '/db', WithDecryption: true }))),
      await outcome(new SSMClient(client).send(new GetParameterCommand({ Name: '/none' }))),
      await outcome(
        new ElasticLoadBalancingV2Client(client).send(
          new DescribeTargetGroupsCommand({ Names: ['a & <b>', 'c'], PageSize: 2 }),
        ),
      ),
      await outcome(
        new ElasticLoadBalancingV2Client(client).send(new DescribeTargetGroupsCommand({ Names: ['none'] })),
      ),
      await outcome(new CloudWatchClient(client).send(new DescribeAlarmsCommand({ AlarmNames: ['high'] }))),
      await outcome(new CloudWatchClient(client).send(new DescribeAlarmsCommand({ AlarmNames: ['bad'] }))),
      await outcome(new ECSClient(client).send(new DescribeServicesCommand({ services: [] }))),
    ]
  }

  const prepared = () => {
    const simulator = createSimulator()
    const { ssm, elbv2, cloudwatch, ecs } = region(simulator)
    ssm.put('/db', 'postgres://')
    handle(elbv2, 'DescribeTargetGroups', ({ Names, PageSize }: { Names: string[]; PageSize: number }) => {
      if (Names.includes('none'))
        throw new AwsError('TargetGroupNotFoundException', 'One or more target groups not found & so on')
      return {
        TargetGroups: Names.map((TargetGroupName) => ({ TargetGroupName, Port: PageSize, HealthCheckEnabled: true })),
        NextMarker: '',
      }
    })
    handle(cloudwatch, 'DescribeAlarms', ({ AlarmNames }: { AlarmNames: string[] }) => {
      if (AlarmNames.includes('bad')) throw new AwsError('InvalidNextToken', 'The next token specified is invalid.')
      return {
        MetricAlarms: [{ AlarmName: AlarmNames[0], StateValue: 'ALARM', StateUpdatedTimestamp: at, Threshold: 0.5 }],
      }
    })
    handle(ecs, 'DescribeServices', () => {
      throw new AwsError('ClusterNotFoundException', 'Cluster not found.')
    })
    return simulator
  }

  const expected = [
    {
      Parameter: {
        Name: '/db',
        Type: 'SecureString',
        Value: 'postgres://',
        Version: 1,
        LastModifiedDate: at,
        ARN: 'arn:aws:ssm:eu-west-1:111122223333:parameter/db',
        DataType: 'text',
      },
    },
    ['ParameterNotFound', expect.anything(), 400],
    {
      TargetGroups: [
        { TargetGroupName: 'a & <b>', Port: 2, HealthCheckEnabled: true },
        { TargetGroupName: 'c', Port: 2, HealthCheckEnabled: true },
      ],
      NextMarker: '',
    },
    ['TargetGroupNotFoundException', 'One or more target groups not found & so on', 400],
    { MetricAlarms: [{ AlarmName: 'high', StateValue: 'ALARM', StateUpdatedTimestamp: at, Threshold: 0.5 }] },
    ['InvalidNextToken', 'The next token specified is invalid.', 400],
    ['ClusterNotFoundException', 'Cluster not found.', 400],
  ]

  test('in process', async () => {
    const simulator = prepared()
    expect(await ask(simulator, { requestHandler: simulator.requestHandler })).toEqual(expected)
  })

  test('over HTTP', async () => {
    const simulator = prepared()
    const { url, close } = await simulator.listen()
    expect(await ask(simulator, { endpoint: url })).toEqual(expected)
    await close()
  })
})

test('regions are worlds of their own, told apart by the signature', async () => {
  const simulator = createSimulator()
  simulator.world.region('eu-west-1').ssm.put('a', 'here')
  const from = async (name: string) =>
    (await simulator.handle(jsonRequest('AmazonSSM.GetParameter', { Name: 'a' }, { region: name }))).status
  expect([await from('eu-west-1'), await from('us-east-1')]).toEqual([200, 400])
})

test('what is not signed, or may not do something, is told so in the words of IAM', async () => {
  const simulator = createSimulator()
  const unsigned = await simulator.handle({
    ...jsonRequest('AmazonSSM.GetParameter', { Name: 'a' }),
    headers: { 'x-amz-target': 'AmazonSSM.GetParameter' },
  })
  expect([unsigned.status, body(unsigned).__type]).toEqual([403, 'MissingAuthenticationTokenException'])
  simulator.iam.allow('ecs:Describe*')
  const denied = await simulator.handle(
    jsonRequest('AmazonEC2ContainerServiceV20141113.UpdateService', { cluster: 'shop', service: 'api' }),
  )
  expect(body(denied)).toEqual({
    __type: 'AccessDeniedException',
    message:
      'User: arn:aws:iam::111122223333:user/simulator is not authorized to perform: ecs:UpdateService on resource: arn:aws:ecs:eu-west-1:111122223333:service/shop/api because no identity-based policy allows the ecs:UpdateService action',
  })
  const query = await simulator.handle(queryRequest('elasticloadbalancing', elb, 'DescribeTargetGroups'))
  expect([query.status, text(query)]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')])
  expect(simulator.iam.actionsUsed()).toEqual([
    'ecs:UpdateService',
    'elasticloadbalancing:DescribeTargetGroups',
    'ssm:GetParameter',
  ])
})
