import type { Plan } from '../deployment/plan.ts'
import { type Text, text, untrusted } from '../text.ts'

const names: Readonly<Record<string, string>> = {
  ROLLING: 'ECS rolling',
  BLUE_GREEN: 'ECS blue/green',
  LINEAR: 'ECS linear',
  CANARY: 'ECS canary',
}

/** `ECS canary (5 % for 10 min)`, or `CodeDeploy blue/green (CodeDeployDefault.ECSAllAtOnce)`. */
export function strategyWords(plan: Plan): Text {
  const pace = plan.engine === 'codedeploy' ? plan.codeDeploy?.deploymentConfig : plan.steps
  return text`${nameOf(plan)}${pace ? text` (${untrusted(pace)})` : ''}`
}

function nameOf({ engine, strategy = 'ROLLING' }: Plan): Text {
  if (engine === 'codedeploy') return text`CodeDeploy blue/green`
  return text`${names[strategy] ?? text`ECS ${untrusted(strategy)}`}`
}

/** `with an ECS canary deployment (5 % for 10 min)`, for the first line of a log. */
export function withStrategy(plan: Plan): Text {
  if (plan.engine === 'codedeploy') return text`with ${nameOf(plan)}`
  return text`with an ${nameOf(plan)} deployment${plan.steps ? ` (${plan.steps})` : ''}`
}

/** What a deployment changes at its service beside the definition: `strategy ROLLING → CANARY 5 % for 10 min`. */
export function settingLines({ settings = [], desiredCount }: Plan): readonly Text[] {
  return [
    ...settings.map(({ name, from, to }) => text`${name} ${untrusted(from)} → ${untrusted(to)}`),
    ...(desiredCount ? [text`desired count ${desiredCount.from} → ${desiredCount.to}`] : []),
  ]
}
