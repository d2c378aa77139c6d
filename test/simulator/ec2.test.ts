import { expect, test } from '@jest/globals'
import { queryRequest } from './raw-request.ts'
import { createSimulator } from './simulator.ts'

const setUp = () => {
  const sim = createSimulator()
  const ask = async (action: string, parameters: Record<string, string> = {}) => {
    const reply = await sim.handle(queryRequest('ec2', '2016-11-15', action, parameters))
    return { status: reply.status, body: String(reply.body) }
  }
  return { sim, ec2: sim.world.region('eu-west-1').ec2, ask }
}

test('a private subnet has no way out but its endpoints', async () => {
  const { ec2, ask } = setUp()
  ec2.subnet({ id: 'subnet-0dead', route: 'none', availableAddresses: 3 })
  const id = ec2.endpoint({ service: 'ecr.api' })
  ec2.endpoint({ service: 's3' })
  const { body: subnets } = await ask('DescribeSubnets', { 'SubnetId.1': 'subnet-0dead' })
  expect(subnets).toContain('<availableIpAddressCount>3</availableIpAddressCount>')
  expect(subnets.match(/<item>/g)).toHaveLength(1)
  const routes = (subnet: string) =>
    ask('DescribeRouteTables', { 'Filter.1.Name': 'association.subnet-id', 'Filter.1.Value.1': subnet })
  expect((await routes('subnet-0dead')).body).not.toContain('0.0.0.0/0')
  expect((await routes('subnet-0aaa1111')).body).toContain('<natGatewayId>nat-0aaa1111</natGatewayId>')
  const interfaces = await ask('DescribeVpcEndpoints', {
    'Filter.1.Name': 'vpc-endpoint-type',
    'Filter.1.Value.1': 'Interface',
  })
  expect(interfaces.body).toContain(`<vpcEndpointId>${id}</vpcEndpointId>`)
  expect(interfaces.body).toContain('<serviceName>com.amazonaws.eu-west-1.ecr.api</serviceName>')
  expect(interfaces.body).not.toContain('.s3<')
})

test('a security group lets out what it lets out', async () => {
  const { ec2, ask } = setUp()
  ec2.securityGroup({ id: 'sg-0shut', egress: 'none', ingressPorts: [8080] })
  const { body } = await ask('DescribeSecurityGroups', { 'GroupId.1': 'sg-0shut' })
  expect(body).toContain('<fromPort>8080</fromPort>')
  expect(body).toContain('<ipPermissionsEgress></ipPermissionsEgress>')
})

test('what is wrong is refused in the words of EC2', async () => {
  const { sim, ask } = setUp()
  const missing = await ask('DescribeSubnets', { 'SubnetId.1': 'subnet-0gone' })
  expect(missing).toMatchObject({ status: 400 })
  expect(missing.body).toContain(
    '<Code>InvalidSubnetID.NotFound</Code><Message>The subnet ID &#39;subnet-0gone&#39; does not exist</Message>',
  )
  expect((await ask('DescribeSubnets', { 'Filter.1.Name': 'colour', 'Filter.1.Value.1': 'red' })).status).toBe(400)
  expect((await ask('DescribeSubnets', { 'Subnet.1': 'subnet-0aaa1111' })).status).toBe(400)
  expect((await ask('DescribeVpcs')).status).toBe(501)
  sim.iam.allow('ecs:*')
  const denied = await ask('DescribeSubnets')
  expect(denied.status).toBe(403)
  expect(denied.body).toContain(
    '<Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation. User: ',
  )
})
