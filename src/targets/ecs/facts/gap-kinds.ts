const doubt = 'one of the subnets is connected to another network, or the tasks start without it'
const kept = { doctorOnly: 'costly' } as const

/** What can be wrong with the network of the tasks; part of `findingKinds`. */
export const gapKinds = {
  'endpoint-missing': {
    severity: 'blocks',
    found: 'no VPC endpoint for what the tasks need, in subnets without a route to the internet',
    doubt,
    ...kept,
  },
  'endpoint-pending': {
    severity: 'blocks',
    found: 'a VPC endpoint that is not available',
    doubt,
    ...kept,
  },
  'endpoint-private-dns': {
    severity: 'blocks',
    found: 'a VPC endpoint without private DNS',
    doubt,
    ...kept,
  },
  'endpoint-closed': {
    severity: 'blocks',
    found: 'a VPC endpoint whose security group does not admit the tasks',
    doubt,
    ...kept,
  },
  'endpoint-route': {
    severity: 'blocks',
    found: 'a gateway endpoint that is not in the route table of the subnets',
    doubt,
    ...kept,
  },
  'egress-closed': { severity: 'blocks', found: 'security groups that allow no HTTPS out', ...kept },
  'egress-gateway': {
    severity: 'blocks',
    found: 'security groups that allow no HTTPS to a gateway endpoint',
    doubt,
    ...kept,
  },
  'internet-unreachable': {
    severity: 'blocks',
    found: 'a registry that no VPC endpoint leads to, in subnets without a route to the internet',
    doubt,
    ...kept,
  },
  'route-blackhole': { severity: 'warns', found: 'a route to something that does not exist', ...kept },
} as const
