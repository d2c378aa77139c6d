/** Amazon EC2, as far as tasks need a network: subnets and where they route, VPC endpoints, security groups. */
import { AwsError, type AwsService, type World } from './contract.ts'
import { hexadecimal } from './identifiers.ts'

export interface Network extends AwsService {
  /** Adds or changes one. `none` reaches what VPC endpoints reach. Default: 250 free addresses in the VPC of all fixtures. */
  subnet(subnet: {
    readonly id: string
    readonly route: 'internet-gateway' | 'nat-gateway' | 'none'
    readonly availableAddresses?: number
    readonly vpcId?: string
  }): void
  /** `service` such as `ecr.api`, `ecr.dkr`, `logs`, `secretsmanager` or `s3`, which is a gateway. Returns the id. */
  endpoint(endpoint: {
    readonly service: string
    readonly subnets?: readonly string[]
    readonly vpcId?: string
  }): string
  securityGroup(group: {
    readonly id: string
    readonly egress?: 'all' | 'none'
    readonly ingressPorts?: readonly number[]
  }): void
}

interface Subnet {
  readonly id: string
  readonly route: 'internet-gateway' | 'nat-gateway' | 'none'
  readonly availableAddresses: number
  readonly vpcId: string
  readonly index: number
}

interface Endpoint {
  readonly id: string
  readonly service: string
  readonly subnets: readonly string[]
  readonly vpcId: string
}

interface Selection {
  readonly Filters?: readonly { readonly Name?: string; readonly Values?: readonly string[] }[]
}

const defaultVpc = 'vpc-0a1b2c3d4e5f60718'

/** Whether it has, for every filter, one of the wanted values. Filters that are not known are refused, not ignored. */
function isSelected({ Filters = [] }: Selection, values: Readonly<Record<string, readonly string[]>>): boolean {
  return Filters.every(({ Name = '', Values = [] }) => {
    const own = values[Name]
    if (!own) throw new AwsError('InvalidParameterValue', `The filter '${Name}' is invalid`)
    return own.some((value) => Values.includes(value))
  })
}

function chosen<Item extends { readonly id: string }>(
  items: ReadonlyMap<string, Item>,
  ids: readonly string[] | undefined,
  refuse: (id: string) => AwsError,
): Item[] {
  if (!ids?.length) return [...items.values()]
  return ids.map((id) => {
    const found = items.get(id)
    if (!found) throw refuse(id)
    return found
  })
}

/** The network of one region, with the subnets and the group of the fixtures, which reach the internet through a NAT gateway. */
export function createNetwork(world: World, region: string): Network {
  const subnets = new Map<string, Subnet>()
  const endpoints = new Map<string, Endpoint>()
  const groups = new Map<
    string,
    { readonly id: string; readonly egress: 'all' | 'none'; readonly ports: readonly number[] }
  >()

  const subnet: Network['subnet'] = ({ id, route, availableAddresses = 250, vpcId = defaultVpc }) => {
    const index = subnets.get(id)?.index ?? subnets.size
    subnets.set(id, { id, route, availableAddresses, vpcId, index })
  }
  const securityGroup: Network['securityGroup'] = ({ id, egress = 'all', ingressPorts = [] }) => {
    groups.set(id, { id, egress, ports: ingressPorts })
  }
  for (const id of ['subnet-0aaa1111', 'subnet-0bbb2222']) subnet({ id, route: 'nat-gateway' })
  securityGroup({ id: 'sg-0ccc3333' })

  const describeSubnet = ({ id, index, vpcId, availableAddresses, route }: Subnet) => ({
    SubnetId: id,
    VpcId: vpcId,
    State: 'available',
    CidrBlock: `10.0.${index}.0/24`,
    AvailabilityZone: `${region}${'abc'[index % 3]}`,
    AvailableIpAddressCount: availableAddresses,
    MapPublicIpOnLaunch: route === 'internet-gateway',
  })

  const describeRoutes = ({ id, vpcId, route }: Subnet) => {
    const suffix = id.replace('subnet-', '')
    const gateway = route === 'internet-gateway' ? { GatewayId: `igw-${suffix}` } : { NatGatewayId: `nat-${suffix}` }
    const local = { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', State: 'active' }
    const outward = { DestinationCidrBlock: '0.0.0.0/0', State: 'active', ...gateway }
    const table = `rtb-${suffix}`
    return {
      RouteTableId: table,
      VpcId: vpcId,
      Routes: route === 'none' ? [local] : [local, outward],
      Associations: [{ Main: false, RouteTableAssociationId: `rtbassoc-${suffix}`, RouteTableId: table, SubnetId: id }],
    }
  }

  const isGateway = ({ service }: Endpoint) => service === 's3' || service === 'dynamodb'
  const serviceName = ({ service }: Endpoint) => `com.amazonaws.${region}.${service}`
  const typeOf = (endpoint: Endpoint) => (isGateway(endpoint) ? 'Gateway' : 'Interface')
  const describeEndpoint = (endpoint: Endpoint) => ({
    VpcEndpointId: endpoint.id,
    VpcEndpointType: typeOf(endpoint),
    VpcId: endpoint.vpcId,
    ServiceName: serviceName(endpoint),
    State: 'available',
    PrivateDnsEnabled: !isGateway(endpoint),
    SubnetIds: isGateway(endpoint) ? [] : endpoint.subnets,
    RouteTableIds: isGateway(endpoint) ? endpoint.subnets.map((id) => id.replace('subnet-', 'rtb-')) : [],
  })

  const open = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
  const missing = (code: string, what: string) => (id: string) =>
    new AwsError(code, `The ${what} '${id}' does not exist`)

  return {
    subnet,
    securityGroup,
    endpoint: ({ service, subnets: within, vpcId = defaultVpc }) => {
      const id = `vpce-${hexadecimal(world, 17)}`
      const all = [...subnets.values()].filter((one) => one.vpcId === vpcId).map((one) => one.id)
      endpoints.set(id, { id, service, subnets: within ?? all, vpcId })
      return id
    },
    handlers: {
      DescribeSubnets: (input: Selection & { SubnetIds?: string[] }) => ({
        Subnets: chosen(subnets, input.SubnetIds, missing('InvalidSubnetID.NotFound', 'subnet ID'))
          .filter((one) => isSelected(input, { 'vpc-id': [one.vpcId], 'subnet-id': [one.id] }))
          .map(describeSubnet),
      }),
      DescribeRouteTables: (input: Selection) => ({
        RouteTables: [...subnets.values()]
          .filter((one) => isSelected(input, { 'vpc-id': [one.vpcId], 'association.subnet-id': [one.id] }))
          .map(describeRoutes),
      }),
      DescribeVpcEndpoints: (input: Selection & { VpcEndpointIds?: string[] }) => ({
        VpcEndpoints: chosen(
          endpoints,
          input.VpcEndpointIds,
          missing('InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id'),
        )
          .filter((one) =>
            isSelected(input, {
              'vpc-id': [one.vpcId],
              'service-name': [serviceName(one)],
              'vpc-endpoint-type': [typeOf(one)],
              'vpc-endpoint-state': ['available'],
            }),
          )
          .map(describeEndpoint),
      }),
      DescribeSecurityGroups: (input: Selection & { GroupIds?: string[] }) => ({
        SecurityGroups: chosen(groups, input.GroupIds, missing('InvalidGroup.NotFound', 'security group'))
          .filter((one) => isSelected(input, { 'group-id': [one.id], 'vpc-id': [defaultVpc] }))
          .map(({ id, egress, ports }) => ({
            GroupId: id,
            GroupName: id,
            VpcId: defaultVpc,
            IpPermissions: ports.map((port) => ({ ...open, IpProtocol: 'tcp', FromPort: port, ToPort: port })),
            IpPermissionsEgress: egress === 'all' ? [open] : [],
          })),
      }),
    },
  }
}
