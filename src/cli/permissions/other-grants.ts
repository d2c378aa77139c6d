import { parseArn, roleArn } from '../../arn.ts'
import type { Config } from '../../config/schema.ts'
import { type BeanstalkTarget, selectBeanstalk } from '../../config/select-beanstalk.ts'
import { type SiteTarget, selectSite } from '../../config/select-site.ts'
import { environmentOf } from '../../config/select-target.ts'
import { partitionOf } from '../../partitions.ts'
import type { AccountPlace } from './definition-facts.ts'
import { type Grant, grantsIn, type ResourcePlace } from './grants.ts'
import { byDefault, type Feature, type Permission } from './permission.ts'
import { type ActionName, beanstalkTables, siteTables } from './permission-tables.ts'
import type { PolicyChoices } from './policy-choices.ts'

/** Grants of each site and of each service of Elastic Beanstalk in an environment, for the role of that ARN. */
export function otherGrants(
  config: Config,
  environment: string,
  choices: PolicyChoices,
  role: string,
): readonly (readonly Grant[])[] {
  const { sites, services } = environmentOf(config, environment)
  const siteTargets = Object.keys(sites).flatMap((name) => selectSite(config, environment, name) ?? [])
  const beanstalkTargets = Object.keys(services).flatMap((name) => selectBeanstalk(config, environment, name) ?? [])
  return [
    ...siteTargets.map((site) =>
      grantsIn(rowsOf(siteTables, choices), chosen(choices, siteFeatures(site)), sitePlace(site, choices, role)),
    ),
    ...beanstalkTargets.map((service) =>
      grantsIn(
        rowsOf(beanstalkTables, choices),
        chosen(choices, decidedBy(service)),
        beanstalkPlace(service, choices, role),
      ),
    ),
  ].filter((grants) => grants.length > 0)
}

type Tables = Readonly<Partial<Record<ActionName, readonly Permission[]>>>

function rowsOf(tables: Tables, { actions }: PolicyChoices): readonly Permission[] {
  return [...new Set(actions.flatMap((action) => tables[action] ?? []))]
}

function chosen(choices: PolicyChoices, decided: readonly Feature[] = []): ReadonlySet<Feature> {
  const features = [...byDefault, ...choices.with, ...decided]
  return new Set(features.filter((feature) => !choices.without.includes(feature)))
}

/** What slipway.yml itself asks for. */
function decidedBy({ settings, after }: BeanstalkTarget): readonly Feature[] {
  const asked = (['option-settings', 'keep-versions'] as const).filter((name) => settings[name] !== undefined)
  return [...asked, ...(after ? (['invalidate'] as const) : [])]
}

function siteFeatures({ settings }: SiteTarget): readonly Feature[] {
  if (settings.publish !== 'origin-path') return []
  return isCanary(settings) ? ['origin-path', 'canary'] : ['origin-path']
}

const isCanary = (settings: SiteTarget['settings']) =>
  settings['canary-weight'] !== undefined || settings['canary-header'] !== undefined

/** ARN of a CloudFront distribution, which has no region. */
export function distributionArn(id: string, { region, accountId }: AccountPlace): string {
  return `arn:${partitionOf(region).id}:cloudfront::${accountId}:distribution/${id}`
}

function cachePolicyArn({ region, accountId }: AccountPlace): string {
  return `arn:${partitionOf(region).id}:cloudfront::${accountId}:cache-policy/*`
}

/** ARN of a bucket, which has neither a region nor an account. */
function bucketArn(bucket: string, { region }: AccountPlace): string {
  return `arn:${partitionOf(region).id}:s3:::${bucket}`
}

function sitePlace(site: SiteTarget, choices: PolicyChoices, role: string): ResourcePlace {
  const { region, accountId, settings } = site
  const bucket = bucketArn(settings.bucket ?? '', site)
  const below = settings.prefix?.replace(/\/*$/, '/') ?? ''
  const named = (settings['distribution-id'] ?? '').split(',').filter((id) => id !== '')
  // The staging distribution has an id that only AWS knows.
  const distributions = named.length > 0 && isCanary(settings) ? ['*'] : named
  return {
    region,
    accountId,
    repositories: [],
    role,
    known: {
      bucket: [bucket],
      object: [`${bucket}/${below}*`],
      distribution: distributions.map((id) => distributionArn(id, site)),
      // Which one a distribution has, only AWS knows.
      'cache-policy': distributions.length > 0 ? [cachePolicyArn(site)] : [],
      'deployment-policy': [distributionArn('*', site).replace('distribution/', 'continuous-deployment-policy/')],
      'kms-key': [...choices.kmsKeys, ...siteKeys(site)],
    },
  }
}

/** The key of the objects; empty for an alias, of which only AWS knows the key, and for the AWS managed key. */
function siteKeys({ region, accountId, settings }: SiteTarget): readonly string[] {
  const key = settings['kms-key-id']
  if (key === undefined || isAlias(key)) return []
  return [parseArn(key) ? key : `arn:${partitionOf(region).id}:kms:${region}:${accountId}:key/${key}`]
}

/** True for the name or ARN of an alias of a KMS key: a policy names keys alone. */
export function isAlias(key: string): boolean {
  return /^(?:arn:[^:]+:kms:[^:]*:\d*:)?alias\//.test(key)
}

/**
 * The bucket of Elastic Beanstalk is elasticbeanstalk-region-account (developer guide, "Using Elastic Beanstalk with Amazon S3"). Source
 * bundles are below slipway/, and the deployment logs of instances always in that bucket.
 */
function beanstalkPlace(service: BeanstalkTarget, choices: PolicyChoices, role: string): ResourcePlace {
  const { region, accountId, settings, after } = service
  const application = settings['application-name'] ?? ''
  const own = `elasticbeanstalk-${region}-${accountId}`
  const arn = (resource: string) => `arn:${partitionOf(region).id}:elasticbeanstalk:${region}:${accountId}:${resource}`
  // The other environment of a swap is named by an input alone.
  const swaps = choices.with.includes('swap-environment-name')
  const environment = swaps ? '*' : settings['environment-name']
  return {
    region,
    accountId,
    repositories: [],
    role,
    passedRoles: choices.passedRoles.map((one) => roleArn(one, accountId, region)),
    passedTo: 'ec2.amazonaws.com',
    known: {
      'beanstalk-application': [arn(`application/${application}`)],
      'application-version': [arn(`applicationversion/${application}/*`)],
      environment: [arn(`environment/${application}/${environment}`)],
      'environment-of-application': [arn(`environment/${application}/*`)],
      platform: [`arn:${partitionOf(region).id}:elasticbeanstalk:${region}:*:platform/*`],
      object: [`${bucketArn(settings['s3-bucket-name'] ?? own, service)}/slipway/*`],
      bucket: [bucketArn(own, service)],
      'deployment-log': [`${bucketArn(own, service)}/resources/environments/logs/*`],
      distribution: after ? [distributionArn(after.distribution, service)] : [],
    },
  }
}
