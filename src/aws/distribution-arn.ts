import { Failure } from '../failure.ts'
import { partitionOf } from '../partitions.ts'
import { setting, text, untrusted } from '../text.ts'
import type { AwsRequest } from './call.ts'
import type { Connection } from './connection.ts'

/** The ARN of a distribution in whatever account. */
export function distributionArn({ region }: Connection, id: string): string {
  return `arn:${partitionOf(region).id}:cloudfront::*:distribution/${id}`
}

/** NoSuchDistribution as a failure that names it. */
export function whenMissing<T>(id: string): NonNullable<AwsRequest<T>['whenRefused']> {
  return (refusal) => {
    if (refusal.name !== 'NoSuchDistribution') return undefined
    throw new Failure({
      code: 'distribution-not-found',
      what: text`There is no CloudFront distribution ${untrusted(id)} in this account`,
      why: text`NoSuchDistribution: ${untrusted(refusal.message)}`,
      fix: text`Correct ${setting('distribution-id')}: it begins with E, and is not the domain name.`,
      cause: refusal,
    })
  }
}

/** The ARN of a continuous deployment policy in whatever account. */
export function deploymentPolicyArn({ region }: Connection, id: string): string {
  return `arn:${partitionOf(region).id}:cloudfront::*:continuous-deployment-policy/${id}`
}
