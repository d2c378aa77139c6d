import { unlessDenied } from '../../../deployment/optional-permission.ts'
import { Failure } from '../../../failure.ts'
import type { Service } from '../../../ports.ts'
import { asName, quoted, text, type Untrusted, untrusted } from '../../../text.ts'
import { taskDefinitionOf } from '../codedeploy-group/appspec.ts'
import { standingOf } from '../facts/service-deployment.ts'
import { runningTaskDefinition } from '../facts/service-facts.ts'
import type { Engine } from '../request/ecs-record.ts'
import { shortName } from '../request/revision-version.ts'
import type { RollbackPorts, RollbackTarget } from '../request/rollback-goal.ts'

type Found = Omit<RollbackTarget, 'definition'>

/** Limit of successful deployments to read, newest first. */
const considered = 20
/** Limit of revisions of a family to read when nothing else is known. */
const familyLimit = 100

/** A deployment that ended well. */
interface Good {
  readonly taskDefinition: string
  /** Milliseconds since 1970. */
  readonly at: number
}

interface DeploymentHistory {
  /** Newest first. */
  readonly good: readonly Good[]
  /** The newest deployment failed, and its engine has rolled it back; ARN of the restored revision, where that is known. */
  readonly back?: { readonly to: string | undefined } | undefined
}

/**
 * The revision that was live before the present one. Without a known earlier deployment that succeeded, the family's revision
 * before the present one, with a warning, as it may never have been live. When the engine has rolled back the newest deployment
 * already, that is the present one itself. Throws `nothing-to-go-back-to`.
 */
export async function lastGoodRevision(engine: Engine, service: Service, ports: RollbackPorts): Promise<Found> {
  const current = runningTaskDefinition(service)
  if (current === undefined) throw noEarlierRevision(service, '')
  const denied: string[] = []
  const { good, back } = await (engine === 'codedeploy'
    ? codeDeployHistory(ports, denied)
    : ecsHistory(service, ports, denied))
  // Where the service runs something else, that has come since, and the list does not have it yet.
  if (back && (back.to ?? current) === current)
    return { arn: current, basis: untrusted(backAlready(current)), warnings: [] }
  const before = beforeThis(good, current)
  if (before === undefined) return await fromFamily(current, service, denied, ports)
  const basis = untrusted(`live before ${shortName(current)}; its deployment of ${minuteOf(before.at)} UTC succeeded`)
  return { arn: before.taskDefinition, basis, warnings: repeatedRollbackWarning(good, current, before) }
}

function backAlready(current: string): string {
  return `the newest deployment failed and was already rolled back to ${shortName(current)}; to roll back further, name a revision in the input \`to\``
}

/**
 * The history as an undo stack: a deployment of an earlier revision removes all later ones, so that two rollbacks never restore a
 * revision that was rolled back.
 */
function beforeThis(good: readonly Good[], current: string): Good | undefined {
  const stack: Good[] = []
  for (const deployment of good.toReversed()) {
    const known = stack.findIndex(({ taskDefinition }) => taskDefinition === deployment.taskDefinition)
    stack.splice(known < 0 ? stack.length : known, stack.length, deployment)
  }
  return stack.filter(({ taskDefinition }) => taskDefinition !== current).at(-1)
}

/** A warning when the present revision is itself the result of a rollback: a second run goes one revision further. */
function repeatedRollbackWarning(
  [newest, replaced]: readonly Good[],
  current: string,
  before: Good,
): readonly Untrusted[] {
  if (newest?.taskDefinition !== current || !replaced || replaced.taskDefinition === before.taskDefinition) return []
  const [now, then, target] = [current, replaced.taskDefinition, before.taskDefinition].map(shortName)
  return [
    untrusted(
      `The service was already rolled back from ${then} to ${now} at ${minuteOf(newest.at)} UTC; this run rolls it back further, to ${target}.`,
    ),
  ]
}

/** `2026-11-20 09:04`. */
function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

async function ecsHistory(service: Service, { ecs, now }: RollbackPorts, denied: string[]): Promise<DeploymentHistory> {
  const { clusterArn = '', serviceName = '' } = service
  const note = () => denied.push('ecs:ListServiceDeployments and ecs:DescribeServiceDeployments')
  const deployments = (await unlessDenied(ecs.listServiceDeployments(clusterArn, serviceName), note)) ?? []
  const ended = deployments.filter((deployment) => standingOf(deployment) === 'succeeded').slice(0, considered)
  const good = ended.map(async ({ targetServiceRevision, finishedAt, createdAt }) => {
    const read = ecs.taskDefinitionOfRevision(targetServiceRevision?.arn ?? '')
    const taskDefinition = await unlessDenied(read, () => denied.push('ecs:DescribeServiceRevisions'))
    return taskDefinition ? [{ taskDefinition, at: (finishedAt ?? createdAt)?.getTime() ?? now }] : []
  })
  const [newest] = deployments
  const isBack = newest !== undefined && standingOf(newest) === 'rolled-back'
  const revision = newest?.rollback?.serviceRevisionArn
  const to =
    isBack && revision ? await unlessDenied(ecs.taskDefinitionOfRevision(revision), () => undefined) : undefined
  return { good: (await Promise.all(good)).flat(), back: isBack ? { to } : undefined }
}

async function codeDeployHistory(
  { revisions, group, now }: RollbackPorts,
  denied: string[],
): Promise<DeploymentHistory> {
  const read = revisions.codeDeployDeployments(group.application, group.deploymentGroup)
  const note = () => denied.push('codedeploy:ListDeployments and codedeploy:BatchGetDeployments')
  const deployments = (await unlessDenied(read, note)) ?? []
  const good = deployments
    .filter(({ status }) => status === 'Succeeded')
    .slice(0, considered)
    .flatMap(({ revision, completeTime, createTime }) => {
      const taskDefinition = taskDefinitionOf(revision)
      return taskDefinition ? [{ taskDefinition, at: (completeTime ?? createTime)?.getTime() ?? now }] : []
    })
  const [newest] = deployments
  const isBack = newest?.creator === 'codeDeployRollback' && newest.status === 'Succeeded'
  return { good, back: isBack ? { to: taskDefinitionOf(newest.revision) } : undefined }
}

async function fromFamily(
  current: string,
  service: Service,
  denied: readonly string[],
  { revisions }: RollbackPorts,
): Promise<Found> {
  const [family = '', number = ''] = shortName(current).split(':')
  const active = await revisions.activeRevisions(family, familyLimit)
  const arn = active.find((candidate) => Number(shortName(candidate).split(':')[1]) < Number(number))
  if (arn === undefined) throw noEarlierRevision(service, current)
  const unauthorized = denied.length > 0 ? ` Not authorized to perform ${[...new Set(denied)].join(', ')}.` : ''
  return {
    arn,
    basis: untrusted(`the active revision of ${family} before ${shortName(current)}`),
    warnings: [
      untrusted(
        `No earlier successful deployment is known, so this run rolls back to ${shortName(arn)}, the revision before; whether it was ever live is unknown.${unauthorized}`,
      ),
    ],
  }
}

function noEarlierRevision({ serviceName = '' }: Service, current: string): Failure {
  return new Failure({
    code: 'nothing-to-go-back-to',
    what: text`The service ${untrusted(serviceName)} has no revision to roll back to`,
    why: current
      ? text`it has no successful deployment of a revision other than ${asName(shortName(current))}, and its family has no older active revision`
      : text`it has no task definition`,
    fix: text`Name a revision such as api:7 in the input ${quoted('to')}, or deploy a fixed version. Nothing has been changed.`,
  })
}
