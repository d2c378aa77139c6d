/** What the look ahead says about networks, roles and traffic. */
import { describe, expect, test } from '@jest/globals'
import { codeDeployScene, region, rollingScene } from '../deployment/scene.ts'
import { some } from '../often.ts'
import { seedCodeDeploy } from '../simulator/codedeploy/fixtures.ts'
import type { Call } from '../simulator/contract.ts'
import { seedBlueGreenService, seedNativeService } from '../simulator/fixtures.ts'
import { createSimulator, type Simulator } from '../simulator/simulator.ts'
import {
  type Asked,
  changesOf,
  type Definition,
  defined,
  doctor,
  home,
  host,
  sentenceOf,
  withRepository,
} from './doctor-scene.ts'

const subnets = ['subnet-0aaa1111', 'subnet-0bbb2222']
const both = 'subnet-0aaa1111 and subnet-0bbb2222'
const vpc = 'vpc-0a1b2c3d4e5f60718'
const everything = ['ecr.api', 'ecr.dkr', 's3', 'logs']

type Route = Parameters<ReturnType<typeof home>['ec2']['subnet']>[0]['route']

/** A service in subnets without a way out but its endpoints, as that of AWSome Books. */
function enclosed(sim: Simulator, endpoints: readonly string[], route: Route = 'none') {
  const { ec2 } = home(sim)
  withRepository(sim)
  for (const id of subnets) ec2.subnet({ id, route })
  for (const service of endpoints) ec2.endpoint({ service })
  return ec2
}

const without = (...names: readonly string[]) => everything.filter((name) => !names.includes(name))
const ours = { given: { image: `${host}/api:v2` } }
const stable = (sentence: string) => sentence.replaceAll(/vpce-[0-9a-f]{17}/g, 'vpce-1')
const noRoute = `${both} have no usable route to the internet`

type Row = readonly [code: string, severity: string, sentence: string, setup: (sim: Simulator) => Asked]

const interfaceRow = (service: string, name: string, asked: (sim: Simulator) => Asked = () => ours): Row => [
  'endpoint-missing',
  'blocks',
  `The tasks cannot reach ${name}: ${vpc} has no endpoint com.amazonaws.eu-west-1.${service}, and ${noRoute}. Create the interface endpoint com.amazonaws.eu-west-1.${service} in ${vpc} with private DNS and a security group that allows inbound TCP 443 from the tasks, or route the subnets to a NAT gateway.`,
  (sim) => {
    enclosed(sim, without(service))
    return asked(sim)
  },
]

const withSecret = (sim: Simulator, valueFrom: string): Asked => ({
  ...ours,
  definition: defined(sim, { secrets: [{ name: 'KEY', valueFrom }] }),
})

const network: readonly Row[] = [
  interfaceRow('ecr.api', 'Amazon ECR'),
  interfaceRow('ecr.dkr', 'the registry of Amazon ECR'),
  interfaceRow('logs', 'Amazon CloudWatch Logs'),
  interfaceRow('secretsmanager', 'AWS Secrets Manager', (sim) =>
    withSecret(sim, home(sim).secretsmanager.put('db', 'x')),
  ),
  interfaceRow('ssm', 'the SSM Parameter Store', (sim) => {
    home(sim).ssm.put('/shop/key', 'x')
    return withSecret(sim, '/shop/key')
  }),
  [
    'endpoint-missing',
    'warns',
    `The tasks cannot reach AWS KMS: ${vpc} has no endpoint com.amazonaws.eu-west-1.kms, and ${noRoute}. Create the interface endpoint com.amazonaws.eu-west-1.kms in ${vpc} with private DNS and a security group that allows inbound TCP 443 from the tasks, or route the subnets to a NAT gateway.`,
    (sim) => {
      enclosed(sim, everything)
      const environment = [{ name: 'KEY_ARN', value: `arn:aws:kms:${region}:111122223333:key/1` }]
      return { ...ours, definition: defined(sim, { environment }) }
    },
  ],
  [
    'endpoint-missing',
    'blocks',
    `The tasks cannot reach Amazon S3 (layers of images in Amazon ECR): ${vpc} has no endpoint com.amazonaws.eu-west-1.s3, and ${noRoute}. Create the gateway endpoint com.amazonaws.eu-west-1.s3 in ${vpc} for rtb-0aaa1111 and rtb-0bbb2222, or route the subnets to a NAT gateway.`,
    (sim) => {
      enclosed(sim, without('s3'))
      return ours
    },
  ],
  [
    'endpoint-missing',
    'blocks',
    `The tasks cannot reach Amazon CloudWatch Logs: ${vpc} has no endpoint com.amazonaws.eu-west-1.logs, and ${both} route to an internet gateway, but the tasks have no public IP address (assignPublicIp is DISABLED). Create the interface endpoint com.amazonaws.eu-west-1.logs in ${vpc} with private DNS and a security group that allows inbound TCP 443 from the tasks, or set assignPublicIp of the service to ENABLED.`,
    (sim) => {
      enclosed(sim, without('logs'), 'internet-gateway')
      return ours
    },
  ],
  [
    'endpoint-route',
    'blocks',
    'The tasks cannot reach Amazon S3 (layers of images in Amazon ECR): the route table rtb-0bbb2222 has no route to the endpoint vpce-1 (com.amazonaws.eu-west-1.s3). Add it: aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --add-route-table-ids rtb-0bbb2222.',
    (sim) => {
      enclosed(sim, without('s3')).endpoint({ service: 's3', subnets: ['subnet-0aaa1111'] })
      return ours
    },
  ],
  [
    'endpoint-private-dns',
    'blocks',
    'The tasks cannot reach Amazon ECR: private DNS is disabled for the endpoint vpce-1 (com.amazonaws.eu-west-1.ecr.api), so the host name of the service does not resolve to it. Enable it: aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --private-dns-enabled.',
    (sim) => {
      enclosed(sim, without('ecr.api')).endpoint({ service: 'ecr.api', privateDns: false })
      return ours
    },
  ],
  [
    'endpoint-closed',
    'blocks',
    'The tasks cannot reach Amazon ECR: security group sg-0shut of the endpoint vpce-1 (com.amazonaws.eu-west-1.ecr.api) does not allow inbound TCP 443 from the tasks. Add an inbound rule for TCP 443 from sg-0ccc3333.',
    (sim) => {
      const ec2 = enclosed(sim, without('ecr.api'))
      ec2.securityGroup({ id: 'sg-0shut', ingressPorts: [443], ingressFrom: ['sg-0other'] })
      ec2.endpoint({ service: 'ecr.api', securityGroups: ['sg-0shut'] })
      return ours
    },
  ],
  [
    'endpoint-pending',
    'blocks',
    'The tasks cannot reach Amazon CloudWatch Logs: the endpoint vpce-1 (com.amazonaws.eu-west-1.logs) is pendingAcceptance. Wait until it is available, accept it, or create it again.',
    (sim) => {
      enclosed(sim, without('logs')).endpoint({ service: 'logs', state: 'pendingAcceptance' })
      return ours
    },
  ],
  [
    'internet-unreachable',
    'blocks',
    `The tasks cannot reach the registry docker.io: there is no VPC endpoint for it, and ${noRoute}. Copy it to the AWS service in this region, or route the subnets to a NAT gateway.`,
    (sim) => {
      enclosed(sim, everything)
      return { given: { image: 'nginx:1' } }
    },
  ],
  [
    'egress-closed',
    'blocks',
    'The tasks have no outbound access to TCP port 443: no rule of security group sg-0ccc3333 allows outbound TCP 443. Add an outbound rule for TCP 443.',
    (sim) => {
      withRepository(sim)
      home(sim).ec2.securityGroup({ id: 'sg-0ccc3333', egress: 'none' })
      return ours
    },
  ],
  [
    'route-blackhole',
    'warns',
    'The default route of subnet-0bbb2222 is a blackhole: rtb-0bbb2222 routes to nat-0bbb2222, which no longer exists. Correct the route, or create its target again.',
    (sim) => {
      withRepository(sim)
      home(sim).ec2.subnet({ id: 'subnet-0bbb2222', route: 'blackhole' })
      return ours
    },
  ],
  [
    'subnets-full',
    'warns',
    'The subnets of the service have no free IP addresses: subnet-0aaa1111, subnet-0bbb2222 have none left for new tasks. Add a subnet to the service, or stop what uses the addresses.',
    (sim) => {
      withRepository(sim)
      for (const id of subnets) home(sim).ec2.subnet({ id, route: 'nat-gateway', availableAddresses: 0 })
      return ours
    },
  ],
]

const execution = 'arn:aws:iam::111122223333:role/shop-execution'
const user = 'arn:aws:iam::111122223333:user/simulator'

function executionRole(sim: Simulator, role: Partial<Parameters<Simulator['iam']['role']>[0]>) {
  sim.iam.role({ name: 'shop-execution', trustedServices: ['ecs-tasks.amazonaws.com'], allows: ['*'], ...role })
}

const roles: readonly Row[] = [
  [
    'role-missing',
    'blocks',
    'The role of taskRoleArn does not exist (NoSuchEntity): IAM has no arn:aws:iam::111122223333:role/app/gone, so ECS is unable to assume the role. Create it with a trust policy for ecs-tasks.amazonaws.com, or correct taskRoleArn.',
    (sim) => ({ definition: defined(sim, {}, { taskRoleArn: 'arn:aws:iam::111122223333:role/app/gone' }) }),
  ],
  [
    'role-trust',
    'blocks',
    `ECS is unable to assume the role of executionRoleArn: the trust policy of ${execution} does not allow sts:AssumeRole to ecs-tasks.amazonaws.com. Add to its trust policy: {"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}.`,
    (sim) => {
      executionRole(sim, { trustedServices: ['ec2.amazonaws.com'] })
      return {}
    },
  ],
  [
    'role-not-passed',
    'blocks',
    `Not authorized to perform iam:PassRole on the role of executionRoleArn: ${user} has no policy that allows it for ${execution}. Allow iam:PassRole on ${execution}, with the condition that iam:PassedToService is ecs-tasks.amazonaws.com.`,
    (sim) => {
      const read = ['ec2', 'ecr', 'ecs', 'logs', 'elasticloadbalancing', 'cloudwatch'].map((name) => `${name}:*`)
      sim.iam.allow(...read, 'iam:GetRole', 'iam:SimulatePrincipalPolicy')
      return {}
    },
  ],
  [
    'execution-role-denied',
    'blocks',
    `The execution role is not authorized to perform logs:CreateLogStream, logs:PutLogEvents on arn:aws:logs:eu-west-1:111122223333:log-group:/shop/api:*: the policies of ${execution} do not allow it; a task needs it to start. Allow logs:CreateLogStream, logs:PutLogEvents to the role; the managed policy AmazonECSTaskExecutionRolePolicy has what images and logs need.`,
    (sim) => {
      executionRole(sim, { allows: ['ecr:*'] })
      return {}
    },
  ],
  [
    'execution-role-denied',
    'blocks',
    `The execution role is not authorized to perform ecr:GetAuthorizationToken: the policies of ${execution} do not allow it; a task needs it to start. Allow ecr:GetAuthorizationToken to the role; the managed policy AmazonECSTaskExecutionRolePolicy has what images and logs need.`,
    (sim) => {
      withRepository(sim)
      executionRole(sim, { allows: ['ecr:Batch*', 'ecr:GetDownloadUrlForLayer', 'logs:*'] })
      return ours
    },
  ],
  [
    'execution-role-denied',
    'warns',
    `The execution role is not authorized to perform secretsmanager:GetSecretValue on <arn>: the policies of ${execution} do not allow it; a task needs it to start. Allow secretsmanager:GetSecretValue to the role, unless the policy of the resource does.`,
    (sim) => {
      executionRole(sim, { allows: ['ecr:*', 'logs:*'] })
      return withSecret(sim, home(sim).secretsmanager.put('db', 'x'))
    },
  ],
]

const stableArn = (sentence: string) => sentence.replaceAll(/arn:aws:secretsmanager:\S+db-\w{6}/g, '<arn>')

describe('a finding about the network or a role', () => {
  test.each([...network, ...roles])('%s (%s): %s', async (code, severity, sentence, setup) => {
    const sim = rollingScene()
    const asked = setup(sim)
    const { runner, findings } = await doctor(sim, asked)
    const found = findings.filter((finding) => finding.code === code)
    expect(found.map((finding) => stableArn(stable(sentenceOf(finding))))).toEqual([sentence])
    expect(found[0]?.severity).toBe(severity)
    expect(runner.failed).toBe(findings.some((finding) => finding.severity === 'blocks'))
    expect(changesOf(sim)).toEqual([])
  })
})

describe('a network and roles as they should be', () => {
  const quiet: readonly (readonly [string, (sim: Simulator) => Asked, (() => Simulator)?])[] = [
    [
      'all endpoints',
      (sim) => {
        enclosed(sim, everything)
        return ours
      },
    ],
    [
      'S3 through an interface with private DNS',
      (sim) => {
        enclosed(sim, without('s3')).endpoint({ service: 's3', type: 'Interface' })
        return ours
      },
    ],
    [
      'an endpoint that admits the group of the tasks',
      (sim) => {
        const ec2 = enclosed(sim, without('ecr.api'))
        ec2.securityGroup({ id: 'sg-0fits', ingressPorts: [443], ingressFrom: ['sg-0ccc3333'] })
        ec2.endpoint({ service: 'ecr.api', securityGroups: ['sg-0fits'] })
        return ours
      },
    ],
    [
      'a transit gateway to the internet',
      (sim) => {
        enclosed(sim, [], 'transit-gateway')
        return ours
      },
    ],
    [
      'a service of CodeDeploy',
      (sim) => {
        withRepository(sim)
        return ours
      },
      codeDeployScene,
    ],
    [
      'a task role that tasks may assume',
      (sim) => {
        withRepository(sim)
        const { arn } = sim.iam.role({ name: 'app/run', trustedServices: ['ecs-tasks.amazonaws.com'] })
        return { ...ours, definition: defined(sim, {}, { taskRoleArn: arn }) }
      },
    ],
  ]
  test.each(quiet)('%s: nothing is found', async (_, setup, scene = rollingScene) => {
    const sim = scene()
    const { findings } = await doctor(sim, setup(sim))
    expect(findings).toEqual([])
  })

  test('tasks on container instances use the network of the instance', async () => {
    const sim = rollingScene()
    enclosed(sim, [])
    const { findings } = await doctor(sim, {
      given: { service: '', cluster: '' },
      definition: defined(sim, {}, { requiresCompatibilities: ['EC2'] } satisfies Definition),
    })
    expect(findings.filter(({ code }) => /endpoint|internet/.test(code))).toEqual([])
  })
})

describe('production traffic before a deployment that shifts it', () => {
  const native = () => {
    const sim = createSimulator()
    withRepository(sim)
    const { productionRuleArn: arn, ...seeded } = seedNativeService(sim, { strategy: 'BLUE_GREEN' })
    return { sim, arn, groups: [seeded.blueTargetGroupArn, seeded.greenTargetGroupArn] }
  }
  const viaCodeDeploy = () => {
    const sim = createSimulator()
    withRepository(sim)
    const service = seedBlueGreenService(sim)
    seedCodeDeploy(sim, { service })
    return {
      sim,
      arn: service.productionListenerArn,
      groups: [service.blueTargetGroupArn, service.greenTargetGroupArn],
    }
  }
  const forward = (sim: Simulator, arn: string, weights: Readonly<Record<string, number>>) => {
    const TargetGroups = Object.entries(weights).map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight }))
    const Actions = [{ Type: 'forward', ForwardConfig: { TargetGroups } }]
    const { handlers } = home(sim).elbv2
    if (arn.includes(':listener-rule/')) handlers.ModifyRule?.({ RuleArn: arn, Actions }, {} as Call)
    else handlers.ModifyListener?.({ ListenerArn: arn, DefaultActions: Actions }, {} as Call)
  }
  const found = async (sim: Simulator) => {
    const { findings } = await doctor(sim, ours)
    return findings
      .filter(({ code }) => code.startsWith('listener-'))
      .map((finding) => `${finding.severity} ${sentenceOf(finding)}`)
  }

  test.each([
    ['Amazon ECS', native, 'rule', 'blocks'],
    ['CodeDeploy', viaCodeDeploy, 'listener', 'warns'],
  ])('%s: is all on one target group, or that is said', async (_, scene, kind, severity) => {
    const { sim, arn, groups } = scene()
    expect(await found(sim)).toEqual([])
    forward(sim, arn, { [groups[0] ?? '']: 70, [groups[1] ?? '']: 30 })
    expect(await found(sim)).toEqual([
      `${severity} Two target groups are serving traffic before the deployment, where exactly one should: the ${kind} ${arn} has the weights api-blue 70 and api-green 30. Set the weights to 100 for the target group that has the tasks now, and 0 for the other.`,
    ])
  })

  test('that goes elsewhere', async () => {
    const { sim, arn } = native()
    const other = home(sim).elbv2.createTargetGroup('other').targetGroupArn
    forward(sim, arn, { [other]: 100 })
    expect(await found(sim)).toEqual([
      `blocks Production listener rule is forwarding traffic to unexpected target group: the rule ${arn} forwards to other, and the service has api-blue and api-green. Forward to api-blue and api-green only, with all weight on the one that has the traffic now.`,
    ])
  })

  test('whose rule is gone', async () => {
    const { sim, arn } = native()
    sim.faults.add({
      operation: 'DescribeRules',
      times: 99,
      effect: { kind: 'error', code: 'RuleNotFound', message: 'One or more rules not found' },
    })
    expect(await found(sim)).toEqual([
      `blocks Production listener rule not found: the rule ${arn} does not exist. Create it again, or name another one in the load balancer of the service or in the deployment group.`,
    ])
  })
})

describe('a permission to look at networks or roles that is missing', () => {
  const reaching = 'the network path of the tasks'
  test.each(
    some(
      [
        ['DescribeSubnets', reaching, 'ec2:DescribeSubnets'],
        ['DescribeRouteTables', reaching, 'ec2:DescribeRouteTables'],
        ['DescribeVpcEndpoints', reaching, 'ec2:DescribeVpcEndpoints'],
        ['DescribeSecurityGroups', 'the rules of the security groups', 'ec2:DescribeSecurityGroups'],
        ['GetRole', 'whether the roles exist and trust Amazon ECS', 'iam:GetRole'],
        [
          'SimulatePrincipalPolicy',
          'whether the roles can be passed and the execution role is authorized to do what a task needs',
          'iam:SimulatePrincipalPolicy',
        ],
      ],
      2,
    ),
  )('%s: is a note that names it', async (operation, shows, action) => {
    const sim = rollingScene()
    enclosed(sim, everything)
    sim.faults.add({ operation, effect: { kind: 'access-denied' } })
    const { runner, findings } = await doctor(sim, ours)
    expect(findings.map(sentenceOf)).toEqual([
      `Not checked: ${shows}: not authorized to perform ${action}. Allow ${action} to have it checked.`,
    ])
    expect(runner.failed).toBe(false)
  })
})
