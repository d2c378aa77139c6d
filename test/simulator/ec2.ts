/** Amazon EC2, as far as tasks need a network: subnets and where they route, VPC endpoints, security groups. */
import { AwsError, type AwsService, type World } from './contract.ts'
import { hexadecimal } from './identifiers.ts'

export interface Network extends AwsService {
  /** Adds or changes one. `none` reaches what VPC endpoints reach. Default: 250 free addresses in the VPC of all fixtures. */
  subnet(subnet: {
    readonly id: string
    readonly route: Way
    readonly availableAddresses?: number
    readonly vpcId?: string
    /** Of the default VPC; default: false. */
    readonly isDefault?: boolean
  }): void
  /** `service` such as `ecr.api`, `ecr.dkr`, `logs`, `secretsmanager` or `s3`, which is a gateway. Returns the id. */
  endpoint(endpoint: {
    readonly service: string
    /** Of a gateway: the subnets whose route tables lead to it. */
    readonly subnets?: readonly string[]
    readonly vpcId?: string
    /** Default: a group that admits everybody in the VPC on port 443. */
    readonly securityGroups?: readonly string[]
    /** Default true. */
    readonly privateDns?: boolean
    /** Default `available`. */
    readonly state?: string
    /** Default by the service: `s3` and `dynamodb` are gateways. */
    readonly type?: 'Interface' | 'Gateway'
  }): string
  securityGroup(group: {
    readonly id: string
    /** Default: its id; every VPC has one of the name `default`. */
    readonly name?: string
    readonly egress?: 'all' | 'none'
    readonly ingressPorts?: readonly number[]
    /** Ids of the security groups whose traffic it admits on its ports; default: everybody's. */
    readonly ingressFrom?: readonly string[]
  }): void
}

/** Where traffic for the internet goes; `blackhole` is a NAT gateway that was deleted. */
type Way = 'internet-gateway' | 'nat-gateway' | 'transit-gateway' | 'blackhole' | 'none'

interface Subnet {
  readonly id: string
  readonly route: Way
  readonly availableAddresses: number
  readonly vpcId: string
  readonly isDefault: boolean
  readonly index: number
}

interface Endpoint {
  readonly id: string
  readonly service: string
  readonly subnets: readonly string[]
  readonly vpcId: string
  readonly securityGroups: readonly string[]
  readonly privateDns: boolean
  readonly state: string
  readonly type: 'Interface' | 'Gateway'
}

interface Group {
  readonly id: string
  readonly name: string
  readonly egress: 'all' | 'none'
  readonly ports: readonly number[]
  readonly from: readonly string[] | undefined
}

const endpointGroup = 'sg-0eeeeeee'

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
  const groups = new Map<string, Group>()

  const subnet: Network['subnet'] = ({
    id,
    route,
    availableAddresses = 250,
    vpcId = defaultVpc,
    isDefault = false,
  }) => {
    const index = subnets.get(id)?.index ?? subnets.size
    subnets.set(id, { id, route, availableAddresses, vpcId, isDefault, index })
  }
  const securityGroup: Network['securityGroup'] = ({
    id,
    name = id,
    egress = 'all',
    ingressPorts = [],
    ingressFrom,
  }) => {
    groups.set(id, { id, name, egress, ports: ingressPorts, from: ingressFrom })
  }
  for (const id of ['subnet-0aaa1111', 'subnet-0bbb2222']) subnet({ id, route: 'nat-gateway' })
  securityGroup({ id: 'sg-0ccc3333' })
  securityGroup({ id: endpointGroup, ingressPorts: [443] })

  const describeSubnet = ({ id, index, vpcId, availableAddresses, isDefault, route }: Subnet) => ({
    SubnetId: id,
    VpcId: vpcId,
    State: 'available',
    CidrBlock: `10.0.${index}.0/24`,
    AvailabilityZone: `${region}${'abc'[index % 3]}`,
    AvailableIpAddressCount: availableAddresses,
    DefaultForAz: isDefault,
    MapPublicIpOnLaunch: route === 'internet-gateway',
  })

  const describeRoutes = ({ id, vpcId, route }: Subnet) => {
    const suffix = id.replace('subnet-', '')
    const gateway = {
      'internet-gateway': { GatewayId: `igw-${suffix}` },
      'nat-gateway': { NatGatewayId: `nat-${suffix}` },
      'transit-gateway': { TransitGatewayId: `tgw-${suffix}` },
      blackhole: { NatGatewayId: `nat-${suffix}` },
      none: {},
    }[route]
    const local = { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', State: 'active' }
    const outward = {
      DestinationCidrBlock: '0.0.0.0/0',
      State: route === 'blackhole' ? 'blackhole' : 'active',
      ...gateway,
    }
    const table = `rtb-${suffix}`
    return {
      RouteTableId: table,
      VpcId: vpcId,
      Routes: route === 'none' ? [local] : [local, outward],
      Associations: [{ Main: false, RouteTableAssociationId: `rtbassoc-${suffix}`, RouteTableId: table, SubnetId: id }],
    }
  }

  const isGateway = ({ type }: Endpoint) => type === 'Gateway'
  const serviceName = ({ service }: Endpoint) => `com.amazonaws.${region}.${service}`
  const describeEndpoint = (endpoint: Endpoint) => ({
    VpcEndpointId: endpoint.id,
    VpcEndpointType: endpoint.type,
    VpcId: endpoint.vpcId,
    ServiceName: serviceName(endpoint),
    State: endpoint.state,
    PrivateDnsEnabled: endpoint.privateDns && !isGateway(endpoint),
    Groups: isGateway(endpoint) ? [] : endpoint.securityGroups.map((id) => ({ GroupId: id, GroupName: id })),
    SubnetIds: isGateway(endpoint) ? [] : endpoint.subnets,
    RouteTableIds: isGateway(endpoint) ? endpoint.subnets.map((id) => id.replace('subnet-', 'rtb-')) : [],
  })

  const open = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
  const missing = (code: string, what: string) => (id: string) =>
    new AwsError(code, `The ${what} '${id}' does not exist`)

  return {
    subnet,
    securityGroup,
    endpoint: ({ service, subnets: within, vpcId = defaultVpc, ...more }) => {
      const id = `vpce-${hexadecimal(world, 17)}`
      const all = [...subnets.values()].filter((one) => one.vpcId === vpcId).map((one) => one.id)
      endpoints.set(id, {
        id,
        service,
        subnets: within ?? all,
        vpcId,
        securityGroups: more.securityGroups ?? [endpointGroup],
        privateDns: more.privateDns ?? true,
        state: more.state ?? 'available',
        type: more.type ?? (/^(s3|dynamodb)$/.test(service) ? 'Gateway' : 'Interface'),
      })
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
              'vpc-endpoint-type': [one.type],
              'vpc-endpoint-state': [one.state],
            }),
          )
          .map(describeEndpoint),
      }),
      DescribeSecurityGroups: (input: Selection & { GroupIds?: string[] }) => ({
        SecurityGroups: chosen(groups, input.GroupIds, missing('InvalidGroup.NotFound', 'security group'))
          .filter((one) =>
            isSelected(input, { 'group-id': [one.id], 'group-name': [one.name], 'vpc-id': [defaultVpc] }),
          )
          .map(({ id, name, egress, ports, from }) => ({
            GroupId: id,
            GroupName: name,
            VpcId: defaultVpc,
            IpPermissions: ports.map((port) => ({
              ...(from ? { UserIdGroupPairs: from.map((GroupId) => ({ GroupId })) } : open),
              IpProtocol: 'tcp',
              FromPort: port,
              ToPort: port,
            })),
            IpPermissionsEgress: egress === 'all' ? [open] : [],
          })),
      }),
    },
  }
}
