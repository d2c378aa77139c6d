import { unlessDenied } from '../../../deployment/optional-permission.ts'
import type { Finding } from '../../../diagnosis/finding.ts'
import type { InstanceProfile, Json, JsonObject, Role } from '../../../ports.ts'
import { type Text, text, untrusted } from '../../../text.ts'
import type { BeanstalkContext } from '../request/beanstalk-request.ts'
import { optionValue } from '../request/deployment-policy.ts'
import type { EnvironmentState } from './read-state.ts'

/** The roles that the options of an environment name. `denied`: what could not be read. */
export interface EnvironmentRoles {
  readonly service: Named<Role> | undefined
  readonly profile: Named<InstanceProfile> | undefined
  readonly denied: readonly string[]
}

interface Named<T> {
  readonly name: string
  /** Undefined: there is none of this name. */
  readonly found: T | undefined
}

/** Reads the service role and the instance profile of an environment. Changes nothing. */
export async function readRoles(
  { settings }: EnvironmentState,
  { roles }: BeanstalkContext,
): Promise<EnvironmentRoles> {
  const denied: string[] = []
  const read = async <T>(option: string | undefined, action: string, of: (name: string) => Promise<T | undefined>) => {
    if (option === undefined || option === '') return undefined
    // An ARN or a name; IAM wants the name without its path.
    const name = option.slice(option.lastIndexOf('/') + 1)
    const wrapped = of(name).then((found) => ({ name, found }))
    return await unlessDenied(wrapped, () => denied.push(action))
  }
  const [service, profile] = await Promise.all([
    read(optionValue(settings, 'aws:elasticbeanstalk:environment', 'ServiceRole'), 'iam:GetRole', roles.role),
    read(
      optionValue(settings, 'aws:autoscaling:launchconfiguration', 'IamInstanceProfile'),
      'iam:GetInstanceProfile',
      roles.instanceProfile,
    ),
  ])
  return { service, profile, denied }
}

/**
 * What about the roles of an environment makes its deployments fail; pure.
 * https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/concepts-roles.html
 */
export function judgeRoles({ service, profile, denied }: EnvironmentRoles): readonly Finding[] {
  return [
    ...(service ? serviceFindings(service) : []),
    ...(profile ? profileFindings(profile) : []),
    ...denied.map((action) =>
      finding('roles-unread', 'notes', text`A role of the environment was not checked`, [
        text`${untrusted(action)} is not allowed`,
        text`Allow it, to learn before a deployment whether the role exists and whom it trusts.`,
      ]),
    ),
  ]
}

function serviceFindings({ name, found }: Named<Role>): readonly Finding[] {
  const role = text`service role ${untrusted(name)}`
  if (found === undefined)
    return [
      finding('service-role', 'warns', text`The ${role} does not exist`, [
        text`Elastic Beanstalk cannot read the health of the environment: Unable to assume role`,
        text`Create it, or correct ServiceRole (aws:elasticbeanstalk:environment).`,
      ]),
    ]
  return trusts(found.trust, 'elasticbeanstalk.amazonaws.com')
    ? []
    : [
        finding('service-role', 'warns', text`The ${role} does not trust elasticbeanstalk.amazonaws.com`, [
          text`its trust policy has no Allow of sts:AssumeRole for it: Unable to assume role`,
          text`Add the service to the trust policy of the role.`,
        ]),
      ]
}

function profileFindings({ name, found }: Named<InstanceProfile>): readonly Finding[] {
  const profile = text`instance profile ${untrusted(name)}`
  const what =
    found === undefined
      ? text`The ${profile} does not exist`
      : found.role === undefined
        ? text`The ${profile} has no role`
        : text`The role of the ${profile} does not trust ec2.amazonaws.com`
  if (found?.role !== undefined && trusts(found.role.trust, 'ec2.amazonaws.com')) return []
  return [
    finding('instance-profile', 'warns', what, [
      text`new instances cannot be launched, or have no credentials: Immutable and TrafficSplitting fail, and so does Auto Scaling`,
      text`Correct it, or IamInstanceProfile (aws:autoscaling:launchconfiguration).`,
    ]),
  ]
}

function finding(code: string, severity: Finding['severity'], what: Text, [why, fix]: readonly [Text, Text]): Finding {
  return { code, severity, what, why, fix }
}

/** Whether a trust policy lets a service assume the role; one that is no JSON object cannot be judged. */
function trusts(policy: JsonObject | undefined, service: string): boolean {
  if (policy === undefined) return true
  return [policy.Statement ?? []].flat().some((statement) => {
    if (typeof statement !== 'object' || statement === null || Array.isArray(statement)) return false
    const { Effect, Principal, Action } = statement as JsonObject
    const services = typeof Principal === 'object' && Principal !== null ? (Principal as JsonObject).Service : undefined
    return Effect === 'Allow' && has(services, service) && (has(Action, 'sts:AssumeRole') || has(Action, 'sts:*'))
  })
}

function has(value: Json | undefined, wanted: string): boolean {
  return [value ?? []].flat().includes(wanted)
}
