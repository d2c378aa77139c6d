import { begun } from '../../../begun.ts'
import { deadlineIn } from '../../../clock.ts'
import type { PreflightPolicy } from '../../../deployment/policies.ts'
import type { Events } from '../../../deployment/target.ts'
import { type Finding, sentenceOf } from '../../../diagnosis/finding.ts'
import { Failure } from '../../../failure.ts'
import type { Mistake } from '../../../mistake.ts'
import type { DeploymentGroup, JsonObject, Service } from '../../../ports.ts'
import { placed } from '../../../task-definition/check.ts'
import { objectIn, textIn } from '../../../task-definition/members.ts'
import { renderText, type Text, text, untrusted } from '../../../text.ts'
import { groupNameOf } from '../codedeploy-group/group-name.ts'
import { isForDoctor } from '../facts/finding-kinds.ts'
import type { CodeDeployFacts } from '../facts/preflight-facts.ts'
import type { EcsContext } from '../request/ecs-context.ts'
import type { ServiceRequest, WantedDefinition } from '../request/service-request.ts'
import { settingsUpdate } from '../strategy/service-settings.ts'
import { gatherFacts, type PreflightSubject } from './gather-facts.ts'
import { judge } from './judge.ts'
import { uncheckedLine } from './unchecked.ts'

/** What was found before anything is changed. */
export interface Preflight {
  readonly findings: readonly Finding[]
  /** Lines of the file of the definition that those are about which block. */
  readonly marks: readonly Mistake[]
  /** What was not checked, in one line. */
  readonly unchecked: Text | undefined
}

/** What is asked of the deployment. */
export type PreflightRequest = Pick<ServiceRequest, 'region' | 'cluster' | 'service' | 'codeDeploy' | Settings> & {
  readonly preflight: PreflightPolicy
}

type Settings =
  | 'volumeConfigurations'
  | 'runTask'
  | 'desiredCount'
  | 'settings'
  | 'former'
  | 'enableEcsManagedTags'
  | 'propagateTags'

/** The state before a deployment. `group`: the deployment group of CodeDeploy, which may still be being read. */
export interface PreflightSituation {
  /** Undefined: there is none yet. */
  readonly service: Service | undefined
  readonly current: JsonObject | undefined
  readonly wanted: WantedDefinition
  readonly group: Promise<DeploymentGroup | undefined>
  /** What CodeDeploy is busy with. */
  readonly active: CodeDeployFacts['active']
}

/** All the time that a deployment spends on it, should AWS be slow. Milliseconds. */
const longest = 20_000

/** Looks at what decides whether the deployment can succeed, without what only `doctor` looks at. Reads only. */
export async function preflight(
  request: PreflightRequest,
  situation: PreflightSituation,
  context: EcsContext,
): Promise<Preflight> {
  const { clock, signal, images } = context
  const aws = context.within(deadlineIn(clock, longest))
  const facts = await gatherFacts(subjectOf(request, situation), { ...aws, clock, signal, registry: images?.registry })
  const findings = judge(facts).filter((each) => !isForDoctor(each) && each.severity !== 'notes')
  return { findings, marks: marksOf(findings, situation.wanted), unchecked: uncheckedLine(facts) }
}

/** A definition that is of no file has no lines. */
function marksOf(findings: readonly Finding[], { definition, original }: WantedDefinition): readonly Mistake[] {
  if (original?.at === undefined) return []
  return findings.flatMap(({ severity, path, what, why }) =>
    severity === 'blocks' && path ? [placed(text`${what}: ${why}`, path, definition, original)] : [],
  )
}

function subjectOf(
  request: PreflightRequest,
  { service, current, wanted, group, active }: PreflightSituation,
): PreflightSubject {
  return {
    region: request.region,
    service: service && asAsked(request, service),
    current,
    definition: wanted.definition,
    taskDefinition: wanted.arn,
    codeDeploy: begun(group.then((known) => ({ ...groupNameOf(request), group: known, active }))),
    appSpec: request.codeDeploy.appSpec,
    alarms: request.codeDeploy.alarms,
    checkSecretKeys: request.preflight.secretKeys,
    volumeRoles: volumeRoles(request),
    isThorough: false,
  }
}

function volumeRoles({ volumeConfigurations = [], runTask }: PreflightRequest): readonly string[] {
  const all = [...volumeConfigurations, ...(runTask?.volumeConfigurations ?? [])]
  return [...new Set(all.flatMap((one) => textIn(objectIn(one, 'managedEBSVolume'), 'roleArn') ?? []))]
}

/** The service with the count and the settings that the deployment gives it. */
function asAsked(request: PreflightRequest, service: Service): Service {
  const { desiredCount = service.desiredCount } = request
  const isEcs = (service.deploymentController?.type ?? 'ECS') === 'ECS'
  const { members } = (isEcs ? settingsUpdate(request, service, 'ecs-rolling') : undefined) ?? {}
  return { ...service, ...members, desiredCount }
}

/** How findings are reported. `isQuiet`: only those that block the deployment. */
interface FindingsReport {
  readonly request: Pick<ServiceRequest, 'dryRun' | 'preflight'>
  readonly isQuiet: boolean
}

/** Reports the findings. Throws `preflight-failed` when one blocks the deployment; a dry run only reports it. */
export async function* reportFindings(
  { findings, marks, unchecked }: Preflight,
  { request, isQuiet }: FindingsReport,
  context: EcsContext,
): Events<void> {
  const at = context.clock.now()
  const isDry = request.dryRun && request.preflight?.only !== true
  const blocking = isDry ? [] : findings.filter(({ severity }) => severity === 'blocks')
  if (!isQuiet) {
    for (const found of findings.filter((one) => !blocking.includes(one))) {
      // A dry run builds no image.
      const kind = isDry && found.code === 'image-missing' ? 'note' : 'warning'
      yield { kind, at, message: plain(sentenceOf(found)) }
    }
    if (unchecked) yield { kind: 'note', at, message: plain(text`${unchecked}.`) }
  }
  if (blocking.length > 0) throw failureOf(blocking, marks)
}

function plain(said: Text) {
  return untrusted(renderText(said, (theirs) => theirs))
}

/** All findings in one failure, so that they can be corrected together. */
function failureOf([first, ...others]: readonly Finding[], marks: readonly Mistake[]): Failure {
  const rest = others.flatMap(({ what, why }, index) => text`${index === 0 ? '' : ' '}(${index + 2}) ${what}: ${why}.`)
  const more = others.length === 0 ? [] : text` Also found: ${rest}`
  return new Failure({
    code: 'preflight-failed',
    what: first?.what ?? text``,
    why: first?.why ?? text``,
    fix: text`${first?.fix ?? ''}${more}`,
    marks,
  })
}
