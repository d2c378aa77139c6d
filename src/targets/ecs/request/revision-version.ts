import type { Version } from '../../../deployment/version.ts'

/** The revision with this ARN as a version; its label is `api:118`. Anything that is no ARN of a revision is its own label. */
export function versionOf(arn: string): Version
/** The same, undefined without an ARN. */
export function versionOf(arn: string | undefined): Version | undefined
export function versionOf(arn: string | undefined): Version | undefined {
  return arn === undefined ? undefined : { id: arn, label: arn.includes(':task-definition/') ? shortName(arn) : arn }
}

/** `api:118` of an ARN. */
export function shortName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
