import type {
  SecurityGroup as Ec2SecurityGroup,
  VpcEndpoint as Ec2VpcEndpoint,
  IpPermission,
  Route,
} from '@aws-sdk/client-ec2'
import type { NetworkSources, RouteTable, SecurityGroup, SecurityRule, Subnet, VpcEndpoint } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { present } from './error-class.ts'
import { everyPage } from './pages.ts'

/** The network of tasks. Read only by a preflight and after a task could not reach AWS, so its client loads late. */
export function networkSources(connection: Connection): NetworkSources {
  return {
    subnets: (ids) => subnets(connection, ids),
    routeTables: (vpcId) => routeTables(connection, vpcId),
    vpcEndpoints: (vpcId) => vpcEndpoints(connection, vpcId),
    securityGroups: (ids) => securityGroups(connection, ids),
  }
}

// By filter, not by id: an id that is not there is left out, and no error.
async function subnets(connection: Connection, ids: readonly string[]): Promise<readonly Subnet[]> {
  const client = await connection.clients.ec2()
  const { DescribeSubnetsCommand } = await import('@aws-sdk/client-ec2')
  return everyPage((NextToken) =>
    call(
      connection,
      async (options) => {
        const command = new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [...ids] }], NextToken })
        const reply = await client.send(command, options)
        const items = present(reply.Subnets, 'Subnets').map((subnet) => ({
          id: subnet.SubnetId ?? '',
          vpcId: subnet.VpcId ?? '',
          cidr: subnet.CidrBlock ?? '',
          freeAddresses: subnet.AvailableIpAddressCount ?? 0,
        }))
        return { items, next: reply.NextToken }
      },
      { action: 'ec2:DescribeSubnets', kind: 'read' },
    ),
  )
}

async function routeTables(connection: Connection, vpcId: string): Promise<readonly RouteTable[]> {
  const client = await connection.clients.ec2()
  const { DescribeRouteTablesCommand } = await import('@aws-sdk/client-ec2')
  return everyPage((NextToken) =>
    call(
      connection,
      async (options) => {
        const command = new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }], NextToken })
        const reply = await client.send(command, options)
        const items = present(reply.RouteTables, 'RouteTables').map((table) => ({
          id: table.RouteTableId ?? '',
          isMain: table.Associations?.some(({ Main }) => Main) ?? false,
          subnets: table.Associations?.flatMap(({ SubnetId }) => SubnetId ?? []) ?? [],
          routes: (table.Routes ?? []).map(asRoute),
        }))
        return { items, next: reply.NextToken }
      },
      { action: 'ec2:DescribeRouteTables', kind: 'read' },
    ),
  )
}

function asRoute(route: Route): RouteTable['routes'][number] {
  const target =
    route.GatewayId ??
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.NetworkInterfaceId ??
    route.VpcPeeringConnectionId ??
    route.LocalGatewayId ??
    route.CarrierGatewayId ??
    route.CoreNetworkArn ??
    route.EgressOnlyInternetGatewayId ??
    ''
  return { destination: route.DestinationCidrBlock, target, isBlackhole: route.State === 'blackhole' }
}

async function vpcEndpoints(connection: Connection, vpcId: string): Promise<readonly VpcEndpoint[]> {
  const client = await connection.clients.ec2()
  const { DescribeVpcEndpointsCommand } = await import('@aws-sdk/client-ec2')
  return everyPage((NextToken) =>
    call(
      connection,
      async (options) => {
        const command = new DescribeVpcEndpointsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }], NextToken })
        const reply = await client.send(command, options)
        return { items: present(reply.VpcEndpoints, 'VpcEndpoints').map(asEndpoint), next: reply.NextToken }
      },
      { action: 'ec2:DescribeVpcEndpoints', kind: 'read' },
    ),
  )
}

function asEndpoint(endpoint: Ec2VpcEndpoint): VpcEndpoint {
  return {
    id: endpoint.VpcEndpointId ?? '',
    serviceName: endpoint.ServiceName ?? '',
    type: endpoint.VpcEndpointType ?? '',
    state: endpoint.State ?? '',
    hasPrivateDns: endpoint.PrivateDnsEnabled ?? false,
    securityGroups: endpoint.Groups?.flatMap(({ GroupId }) => GroupId ?? []) ?? [],
    routeTables: endpoint.RouteTableIds ?? [],
  }
}

async function securityGroups(connection: Connection, ids: readonly string[]): Promise<readonly SecurityGroup[]> {
  const client = await connection.clients.ec2()
  const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2')
  return everyPage((NextToken) =>
    call(
      connection,
      async (options) => {
        const filters = [{ Name: 'group-id', Values: [...ids] }]
        const reply = await client.send(new DescribeSecurityGroupsCommand({ Filters: filters, NextToken }), options)
        return { items: present(reply.SecurityGroups, 'SecurityGroups').map(asGroup), next: reply.NextToken }
      },
      { action: 'ec2:DescribeSecurityGroups', kind: 'read' },
    ),
  )
}

function asGroup({ GroupId = '', IpPermissions = [], IpPermissionsEgress = [] }: Ec2SecurityGroup): SecurityGroup {
  return { id: GroupId, ingress: IpPermissions.map(asRule), egress: IpPermissionsEgress.map(asRule) }
}

function asRule(rule: IpPermission): SecurityRule {
  return {
    protocol: rule.IpProtocol ?? '-1',
    fromPort: rule.FromPort,
    toPort: rule.ToPort,
    cidrs: rule.IpRanges?.flatMap(({ CidrIp }) => CidrIp ?? []) ?? [],
    groups: rule.UserIdGroupPairs?.flatMap(({ GroupId }) => GroupId ?? []) ?? [],
    prefixLists: rule.PrefixListIds?.flatMap(({ PrefixListId }) => PrefixListId ?? []) ?? [],
  }
}
