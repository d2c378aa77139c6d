import { partitionOf } from './partitions.ts'

/** Amazon Resource Names. Pure; formats are those of the AWS General Reference, "ARN format". */

/** The parts of an ARN (AWS General Reference, "Amazon Resource Names"). */
export interface Arn {
  readonly partition: string
  readonly service: string
  /** Empty for global services. */
  readonly region: string
  readonly accountId: string
  /** Everything behind the account: `service/cluster/name`, `task-definition/family:7`, … */
  readonly resource: string
}

/** Undefined when the text is not an ARN. */
export function parseArn(arn: string): Arn | undefined {
  const [, partition, service, region, accountId, resource] =
    /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/s.exec(arn) ?? []
  if (!partition || !service || resource === undefined) return undefined
  return { partition, service, region: region ?? '', accountId: accountId ?? '', resource }
}

/** The last part of an ARN's resource (`api:7` of `…:task-definition/api:7`), or the text itself when it is no ARN. */
export function resourceName(arn: string): string {
  return (parseArn(arn)?.resource ?? arn).split('/').at(-1) ?? arn
}

/** `region eu-west-1, account 111122223333` of an ARN, for whatever was not found there; empty for a text that is no ARN. */
export function placeOf(arn: string): string {
  const { region, accountId } = parseArn(arn) ?? {}
  return region && accountId ? `region ${region}, account ${accountId}` : ''
}

/** An ARN without its partition, region and account where these are implied; other texts stay unchanged. */
export function withoutAccount(arn: string): string {
  return parseArn(arn)?.resource ?? arn
}

/** The ARN of a resource in the region and account of another ARN of the same service; an ARN stays as it is. */
export function arnBeside(resource: string, neighbour: string): string {
  return parseArn(resource) ? resource : `${neighbour.split(':', 5).join(':')}:${resource}`
}

/** A resource in any account of a region, as an IAM statement names it. IAM's own have no region. */
export function arnInAnyAccount(service: string, region: string, resource: string): string {
  return `arn:${partitionOf(region).id}:${service}:${service === 'iam' ? '' : region}:*:${resource}`
}

/** ARN of an IAM role that is given by its ARN or by its name in an account. */
export function roleArn(nameOrArn: string, accountId: string, region: string): string {
  return parseArn(nameOrArn) ? nameOrArn : `arn:${partitionOf(region).id}:iam::${accountId}:role/${nameOrArn}`
}
