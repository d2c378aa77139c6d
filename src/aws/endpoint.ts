import { Failure } from '../failure.ts'
import { emulatorVariable, isEmulator, isLoopback } from '../http/hosts.ts'
import { partitions, regionPattern } from '../partitions.ts'
import { text, untrusted } from '../text.ts'

/** Host prefixes of the services that Slipway, or the SDK's credential chain, calls. */
const services = [
  ...[
    'api.ecr',
    'api.ecr-public',
    'application-autoscaling',
    'cloudfront',
    'codedeploy',
    'ec2',
    'elasticbeanstalk',
    'ecr',
    'ecr-public',
    'ecs',
    'elasticloadbalancing',
    'events',
    'iam',
    'logs',
  ],
  ...['monitoring', 'oidc', 'portal.sso', 'scheduler', 'secretsmanager', 'ssm', 'sts'],
]
/**
 * Hosts of Amazon S3, whose answers may be objects of any customer: only for the client of S3, with the bucket in the path. An
 * interface endpoint has `bucket.` in front (AWS PrivateLink for Amazon S3).
 */
const storageServices = ['s3.dualstack', 's3']
/** In the place of a region, in hosts of IAM. */
const regionLike = ['global', 'us-gov']

/**
 * Refuses to send credentials anywhere but to AWS's own services (over TLS), to this machine, or to an emulator that
 * `SLIPWAY_EMULATOR_HOSTS` names. `AWS_ENDPOINT_URL` and the AWS config files can name any host, and customers of AWS have
 * hosts below `amazonaws.com` as well (API Gateway, S3, load balancers, instances, endpoint services). `isStorage`: the request is
 * one of S3's client. Throws `inputs-invalid`.
 */
export function requireTrustedEndpoint(
  protocol: string,
  hostname: string,
  environment: Readonly<Record<string, string | undefined>>,
  isStorage = false,
): void {
  const host = hostname.toLowerCase()
  const isNear = isLoopback(host) || isEmulator(host, environment)
  const isAws = isServiceHost(host, isStorage ? storageServices : services) || isSignInHost(host)
  if ((isNear && /^https?:$/.test(protocol)) || (protocol === 'https:' && isAws)) return
  throw new Failure({
    code: 'inputs-invalid',
    what: text`The endpoint ${untrusted(`${protocol}//${hostname}`)} is not an AWS service endpoint; no request was sent`,
    why: text`it is set by AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SERVICE or endpoint_url in the AWS config file`,
    fix: text`Remove that setting. For an emulator, such as a service container of the job, set the environment variable ${emulatorVariable}: ${untrusted(hostname)}; credentials and the OIDC token are then sent there.`,
  })
}

/**
 * `SERVICE.REGION.SUFFIX`, also with `-fips` behind the service, without a region, and as an interface VPC endpoint:
 * `vpce-….SERVICE.REGION.vpce.SUFFIX` (AWS PrivateLink, "Access an AWS service"). An endpoint service of a customer has
 * `vpce-svc-…` in the place of SERVICE.
 */
function isServiceHost(host: string, known: readonly string[]): boolean {
  return partitions.some(({ dnsSuffix, dualStackSuffix }) => {
    const suffix = [dnsSuffix, dualStackSuffix].find((known) => host.endsWith(`.${known}`))
    if (suffix === undefined) return false
    const name = host.slice(0, -suffix.length - 1)
    const inside = /^(?:bucket\.)?vpce-[a-z0-9-]+\.(.+)\.vpce$/.exec(name)?.[1] ?? name
    const service = known.find((one) => new RegExp(`^${one}(-fips)?(\\.|$)`).test(inside))
    if (service === undefined) return false
    const region = inside
      .slice(service.length)
      .replace(/^-fips/, '')
      .replace(/^\./, '')
    return region === '' || regionLike.includes(region) || regionPattern.test(region)
  })
}

/** Where `aws login` renews its credentials, beside the console: `eu-west-1.signin.aws.amazon.com` (AWS SDK, client "signin"). */
function isSignInHost(host: string): boolean {
  const [region = ''] = host.split('.')
  return partitions.some(({ pattern, consoleHost }) => {
    const site = consoleHost?.(region)
      .replace(`${region}.`, '')
      .replace(/^console/, 'signin')
    return pattern.test(region) && host === `${region}.${site}`
  })
}
