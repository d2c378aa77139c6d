import { Failure } from '../failure.ts'
import type { CodeDeploy, Ecr, Ecs, EvidenceSources, Identity } from '../ports.ts'
import { text } from '../text.ts'
import { codeDeploy } from './codedeploy.ts'
import { type ConnectionOptions, openConnection } from './connection.ts'
import { ecr } from './ecr.ts'
import { ecs } from './ecs.ts'
import { evidenceSources } from './evidence.ts'
import { callerIdentity } from './identity.ts'
import { roleArn } from './role.ts'

export interface ConnectOptions extends Omit<ConnectionOptions, 'region' | 'role'> {
  /** Undefined is a failure that says where a region can be given. */
  readonly region: string | undefined
  /** ARN of a role; without, the ambient credentials are used. */
  readonly roleToAssume?: string | undefined
  readonly roleSessionName?: string | undefined
  /** 900 to 43200. */
  readonly roleDurationSeconds?: number | undefined
  /** GitHub's token for the job, for the audience of the identity provider in IAM. */
  readonly idToken: () => Promise<string>
  readonly mask?: (secret: string) => void
}

/** One region of one account, as the ports that the program knows. */
export interface Aws {
  readonly region: string
  readonly ecs: Ecs
  readonly codeDeploy: CodeDeploy
  readonly ecr: Ecr
  readonly evidence: EvidenceSources
  /** Who the credentials belong to. */
  identity(): Promise<Identity>
}

/** Opens the way to AWS. Nothing is loaded or sent before a port is used. */
export function connect(options: ConnectOptions): Aws {
  const { region, roleToAssume, roleSessionName, roleDurationSeconds, idToken, mask, ...rest } = options
  if (!region) {
    throw new Failure({
      code: 'inputs-invalid',
      what: text`No AWS region is given`,
      fix: text`Set the input aws-region, or AWS_REGION in the environment.`,
    })
  }
  const role = roleToAssume
    ? {
        arn: roleArn(roleToAssume, undefined, region),
        sessionName: roleSessionName ?? 'slipway',
        durationSeconds: roleDurationSeconds,
        idToken,
        mask,
      }
    : undefined
  const connection = openConnection({ ...rest, region, role })
  return {
    region,
    ecs: ecs(connection),
    codeDeploy: codeDeploy(connection),
    ecr: ecr(connection),
    evidence: evidenceSources(connection),
    identity: () => callerIdentity(connection),
  }
}
