import { nearest } from './nearest.ts'

/** A part of AWS with its own regions, accounts and host names: public, China, GovCloud, isolated, European sovereign. */
export interface Partition {
  /** As ARNs have it: `arn:aws-cn:…`. */
  readonly id: string
  /** Fits the names of its regions. */
  readonly pattern: RegExp
  /** Behind the name of a service and the region: `ecs.eu-west-1.amazonaws.com`. */
  readonly dnsSuffix: string
  /** The same for addresses that IPv6 reaches, too: `ecs.eu-west-1.api.aws`. */
  readonly dualStackSuffix: string
  /** Host of the console for a region; undefined where none is documented in public: no link is better than a wrong one. */
  readonly consoleHost?: (region: string) => string
  /** Public status page; undefined where none is documented. */
  readonly healthPage?: string
  readonly regions: readonly string[]
}

/**
 * Everything that differs between partitions. Ids, patterns, suffixes and regions are those of `partitions.json` 1.1 in
 * AWS's SDK for JavaScript (@aws-sdk/core 3.981.0, November 2026); `test/partitions.test.ts` compares them with the SDK
 * that is installed. Consoles: the AWS General Reference of aws, aws-cn, aws-us-gov and aws-eusc, "Service endpoints". Status pages:
 * AWS Health User Guide, "AWS Health Dashboard – Service health", and of China docs.amazonaws.cn, "Amazon Health".
 */
export const partitions: readonly [Partition, ...Partition[]] = [
  {
    id: 'aws',
    pattern: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.com',
    dualStackSuffix: 'api.aws',
    consoleHost: (region) => `${region}.console.aws.amazon.com`,
    healthPage: 'https://health.aws.amazon.com/health/status',
    regions: [
      ...['af-south-1', 'ap-east-1', 'ap-east-2', 'ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
      ...['ap-south-1', 'ap-south-2', 'ap-southeast-1', 'ap-southeast-2', 'ap-southeast-3', 'ap-southeast-4'],
      ...['ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-central-1', 'ca-west-1', 'eu-central-1'],
      ...['eu-central-2', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
      ...['il-central-1', 'me-central-1', 'me-south-1', 'me-west-1', 'mx-central-1', 'sa-east-1', 'sa-west-1'],
      ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
    ],
  },
  {
    id: 'aws-cn',
    pattern: /^cn-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.com.cn',
    dualStackSuffix: 'api.amazonwebservices.com.cn',
    consoleHost: () => 'console.amazonaws.cn',
    healthPage: 'https://status.amazonaws.cn',
    regions: ['cn-north-1', 'cn-northwest-1'],
  },
  {
    id: 'aws-us-gov',
    pattern: /^us-gov-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.com',
    dualStackSuffix: 'api.aws',
    consoleHost: () => 'console.amazonaws-us-gov.com',
    regions: ['us-gov-east-1', 'us-gov-west-1'],
  },
  {
    id: 'aws-eusc',
    pattern: /^eusc-de-[a-z]+-\d+$/,
    dnsSuffix: 'amazonaws.eu',
    dualStackSuffix: 'api.amazonwebservices.eu',
    consoleHost: (region) => `${region}.console.amazonaws-eusc.eu`,
    regions: ['eusc-de-east-1'],
  },
  {
    id: 'aws-iso',
    pattern: /^us-iso-[a-z]+-\d+$/,
    dnsSuffix: 'c2s.ic.gov',
    dualStackSuffix: 'api.aws.ic.gov',
    regions: ['us-iso-east-1', 'us-iso-west-1'],
  },
  {
    id: 'aws-iso-b',
    pattern: /^us-isob-[a-z]+-\d+$/,
    dnsSuffix: 'sc2s.sgov.gov',
    dualStackSuffix: 'api.aws.scloud',
    regions: ['us-isob-east-1', 'us-isob-west-1'],
  },
  {
    id: 'aws-iso-e',
    pattern: /^eu-isoe-[a-z]+-\d+$/,
    dnsSuffix: 'cloud.adc-e.uk',
    dualStackSuffix: 'api.cloud-aws.adc-e.uk',
    regions: ['eu-isoe-west-1'],
  },
  {
    id: 'aws-iso-f',
    pattern: /^us-isof-[a-z]+-\d+$/,
    dnsSuffix: 'csp.hci.ic.gov',
    dualStackSuffix: 'api.aws.hci.ic.gov',
    regions: ['us-isof-east-1', 'us-isof-south-1'],
  },
]

/** The form of every region's name, also of those that AWS opens later. */
export const regionPattern = /^[a-z]{2,5}(-[a-z]+)+-\d+$/

/** The partition of a region by its name. One that no pattern fits is taken for public, as AWS's SDKs do. */
export function partitionOf(region: string): Partition {
  return partitions.find(({ pattern }) => pattern.test(region)) ?? partitions[0]
}

/** The most similar region, for a text that is not the name of any known region. */
export function nearestRegion(written: string): string | undefined {
  const known = partitions.flatMap(({ regions }) => regions)
  return known.includes(written) ? undefined : nearest(written, known)
}

/** The message for a text that is no region: `must be …`. */
export function regionProblem(written: string): string {
  const suggestion = nearestRegion(written)
  return `must be an AWS region such as eu-west-1, not "${written}"${suggestion ? `; did you mean ${suggestion}?` : ''}`
}

/** What names of VPC endpoint services begin with: `com.amazonaws.eu-west-1`, `cn.com.amazonaws.cn-north-1`. */
export function endpointServicePrefix(region: string): string {
  return `${partitionOf(region).dnsSuffix.split('.').reverse().join('.')}.${region}`
}
