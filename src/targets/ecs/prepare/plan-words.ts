import type { Method, Plan, PlanFact, SettingChange } from '../../../deployment/plan.ts'
import { asName, joined, type Text, text, untrusted } from '../../../text.ts'
import type { GroupSettings } from '../codedeploy-group/group-settings.ts'
import type { ServicePlan } from './service-plan.ts'

/** The plan of a service in words that need no knowledge of ECS. */
export function planInWords(plan: ServicePlan): Plan {
  const { from, to, family, former, changes, images, dryRun, basis } = plan
  return {
    does: doesOf(plan),
    from,
    to,
    family,
    method: methodOf(plan),
    facts: groupFacts(plan),
    settings: settingsOf(plan),
    undo: former,
    changes,
    changesOf: 'Task definition',
    artifacts: images.map(({ container: name, ...image }) => ({ kind: 'Image', name, ...image })),
    dryRun,
    basis,
  }
}

function doesOf({ unchanged, creates, settingsOnly }: ServicePlan): Plan['does'] {
  if (unchanged) return 'nothing'
  if (creates) return 'creates'
  return settingsOnly ? 'settings' : 'deploys'
}

const strategies: Readonly<Record<string, string>> = {
  ROLLING: 'ECS rolling',
  BLUE_GREEN: 'ECS blue/green',
  LINEAR: 'ECS linear',
  CANARY: 'ECS canary',
}

function methodOf({ engine, strategy = 'ROLLING', steps, codeDeploy, isExpress }: ServicePlan): Method {
  if (engine === 'codedeploy') {
    const label = text`CodeDeploy blue/green`
    return { label, pace: codeDeploy?.deploymentConfig, deploys: text`with ${label}`, rollsBack: text`with CodeDeploy` }
  }
  const named = text`${strategies[strategy] ?? text`ECS ${untrusted(strategy)}`}`
  const label = isExpress ? text`${named} (Express Mode)` : named
  const deploys = text`with an ${named} deployment${isExpress ? ' of Express Mode' : ''}${steps ? ` (${steps})` : ''}`
  return { label, pace: steps, deploys, rollsBack: text`with Amazon ECS` }
}

function settingsOf({ settings = [], desiredCount }: ServicePlan): readonly SettingChange[] {
  if (!desiredCount) return settings
  return [...settings, { name: 'desired count', from: String(desiredCount.from), to: String(desiredCount.to) }]
}

function groupFacts({ codeDeploy }: ServicePlan): readonly PlanFact[] {
  if (!codeDeploy?.settings) return []
  const value = groupText(codeDeploy.settings)
  const { application, deploymentGroup } = codeDeploy
  const line = text`group    ${asName(deploymentGroup)} of ${asName(application)}: ${value}`
  return [{ label: 'Deployment group', value, line }]
}

const events: Readonly<Record<string, string>> = {
  DEPLOYMENT_FAILURE: 'deployment failure',
  DEPLOYMENT_STOP_ON_ALARM: 'alarm threshold',
  DEPLOYMENT_STOP_ON_REQUEST: 'stop request',
}

/**
 * `ECSAllAtOnce · auto-rollback on: deployment failure, alarm threshold · alarms: api-5xx · termination wait: 60 min`: the
 * settings of a deployment group, as settings.
 */
function groupText(settings: GroupSettings): Text {
  const { deploymentConfig, alarms, rollbackEvents, readyWait, terminationWait } = settings
  const on = rollbackEvents.map((event) => events[event] ?? event).join(', ')
  return joined(
    [
      text`${untrusted(deploymentConfig?.replace(/^CodeDeployDefault\./, '') ?? 'default configuration')}`,
      on ? text`auto-rollback on: ${untrusted(on)}` : text`auto-rollback: off`,
      text`alarms: ${untrusted(alarms.length > 0 ? alarms.join(', ') : 'none')}`,
      ...(readyWait > 0 ? [text`ready wait: ${readyWait} min`] : []),
      ...(terminationWait > 0 ? [text`termination wait: ${terminationWait} min`] : []),
    ],
    ' · ',
  )
}
