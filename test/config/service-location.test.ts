import { describe, expect, test } from '@jest/globals'
import { type Bounds, type Places, serviceLocation } from '../../src/config/service-location.ts'
import { refusal } from '../refusal.ts'

const nowhere: Bounds = { accountIds: [] }
const here: Bounds = { region: 'eu-west-1', accountIds: ['111122223333'] }
const arn = (resource: string, region = 'eu-west-1', account = '111122223333', partition = 'aws') =>
  `arn:${partition}:ecs:${region}:${account}:${resource}`

describe('names that an ARN says', () => {
  test.each<[string, Places, Bounds, object]>([
    ['names stay names', { cluster: 'shop', service: 'api' }, nowhere, { cluster: 'shop', service: 'api' }],
    [
      'the cluster, region and account are those of the service',
      { service: arn('service/shop/api') },
      nowhere,
      { cluster: 'shop', service: 'api', region: 'eu-west-1', accountIds: ['111122223333'] },
    ],
    [
      'the ARN of a cluster says its region and account',
      { cluster: arn('cluster/shop'), service: 'api' },
      nowhere,
      { cluster: 'shop', service: 'api', region: 'eu-west-1', accountIds: ['111122223333'] },
    ],
    [
      'an old ARN of a service has no cluster',
      { service: arn('service/api') },
      nowhere,
      { cluster: undefined, service: 'api', region: 'eu-west-1' },
    ],
    [
      'an old ARN of a service and the name of its cluster',
      { service: arn('service/api'), cluster: 'shop' },
      nowhere,
      { cluster: 'shop', service: 'api' },
    ],
    [
      'one of several allowed accounts is that of the ARN',
      { service: arn('service/shop/api') },
      { accountIds: ['444455556666', '111122223333'] },
      { accountIds: ['111122223333'] },
    ],
    [
      'China',
      { service: arn('service/shop/api', 'cn-north-1', '111122223333', 'aws-cn') },
      nowhere,
      { cluster: 'shop', region: 'cn-north-1' },
    ],
    [
      'GovCloud',
      { cluster: arn('cluster/shop', 'us-gov-west-1', '111122223333', 'aws-us-gov') },
      nowhere,
      { cluster: 'shop', region: 'us-gov-west-1' },
    ],
    [
      'a deployment says whose it is, with its account or without',
      { 'deployment-id': 'service-deployment/shop/api/abc' },
      here,
      { cluster: 'shop', service: 'api', region: 'eu-west-1' },
    ],
    [
      'ids of other kinds say nothing',
      { 'deployment-id': 'd-ABCDE1234', cluster: 'shop', service: 'api' },
      here,
      { cluster: 'shop', service: 'api' },
    ],
    ['a file is no ARN', { 'task-definition': 'deploy/api.json', service: 'api' }, here, { service: 'api' }],
    [
      'the region of a task definition',
      { 'task-definition': arn('task-definition/api:7') },
      nowhere,
      { region: 'eu-west-1' },
    ],
  ])('%s', (_, places, bounds, expected) => {
    expect(serviceLocation(places, bounds)).toMatchObject(expected)
  })
})

describe('what contradicts an ARN is refused, and both sides are named', () => {
  test.each<[string, Places, Bounds, string]>([
    [
      'cluster',
      { cluster: 'staging', service: arn('service/shop/api') },
      here,
      'the cluster is staging (the input cluster), but shop (the input service: arn:aws:ecs:eu-west-1:111122223333:service/shop/api)',
    ],
    [
      'cluster by its ARN',
      { cluster: arn('cluster/staging'), service: arn('service/shop/api') },
      here,
      'the cluster is shop (the input service: arn:aws:ecs:eu-west-1:111122223333:service/shop/api), but staging (the input cluster: arn:aws:ecs:eu-west-1:111122223333:cluster/staging)',
    ],
    [
      'region',
      { service: arn('service/shop/api', 'us-east-1') },
      here,
      'the region is eu-west-1 (the input aws-region), but us-east-1 (the input service: arn:aws:ecs:us-east-1:',
    ],
    [
      'region of a task definition',
      { service: 'api', 'task-definition': arn('task-definition/api:7', 'us-east-1') },
      here,
      'but us-east-1 (the input task-definition: arn:aws:ecs:us-east-1:',
    ],
    [
      'account',
      { service: arn('service/shop/api', 'eu-west-1', '444455556666') },
      here,
      'the account is 111122223333 (the input allowed-account-ids), but 444455556666 (the input service: ',
    ],
    [
      'accounts of two ARNs',
      { service: arn('service/shop/api'), to: arn('task-definition/api:7', 'eu-west-1', '444455556666') },
      nowhere,
      'the account is 111122223333 (the input service: arn:aws:ecs:eu-west-1:111122223333:service/shop/api), but 444455556666 (the input to: ',
    ],
    [
      'partition and region',
      { service: arn('service/shop/api', 'cn-north-1') },
      nowhere,
      'the input service has the partition aws, but its region cn-north-1 is in aws-cn',
    ],
    [
      'the service of a deployment',
      { service: 'web', 'deployment-id': 'service-deployment/shop/api/abc' },
      here,
      'the service is web (the input service), but api (the input deployment-id: service-deployment/shop/api/abc)',
    ],
    [
      'another kind of thing',
      { service: arn('cluster/shop') },
      here,
      'the input service must be a name or the ARN of an ECS service, not arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
    ],
    [
      'another service of AWS',
      { cluster: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/1' },
      here,
      'the input cluster must be a name or the ARN of an ECS cluster',
    ],
    [
      'an account that is empty',
      { service: arn('service/shop/api', 'eu-west-1', '') },
      nowhere,
      'the input service has no account, as if a variable in it were empty',
    ],
    ['a region that is empty', { cluster: arn('cluster/shop', '') }, nowhere, 'the input cluster has no region'],
  ])('%s', (_, places, bounds, expected) => {
    expect(refusal(() => serviceLocation(places, bounds))).toContain(expected)
  })

  test('everything is said at once', () => {
    const places = { cluster: 'staging', service: arn('service/shop/api', 'us-east-1', '444455556666') }
    const said = refusal(() => serviceLocation(places, here))
    for (const what of ['the cluster is', 'the region is', 'the account is']) expect(said).toContain(what)
    expect(said).toContain('Nothing has been changed on AWS.')
  })
})
