import { nearest } from '../../nearest.ts'
import type { Json, JsonObject } from '../../ports.ts'
import { isObject } from '../../task-definition/members.ts'
import { text, untrusted } from '../../text.ts'
import { invalidAppSpec, nameOf } from './appspec-source.ts'

/** The lifecycle events of Amazon ECS that take a Lambda function (CodeDeploy user guide, "AppSpec 'hooks' section"). */
const hookNames = ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic']

/** CodeDeploy finds a mistake in the hooks only when the deployment has begun. Throws `file-invalid`. */
export function checkHooks(appSpec: JsonObject): void {
  const hooks = appSpec[nameOf(appSpec, 'Hooks') ?? 'Hooks']
  if (hooks === undefined || hooks === null) return
  if (!Array.isArray(hooks) || !hooks.every(isObject))
    throw invalidAppSpec(text`its Hooks must be a list of lifecycle events, each with its Lambda function`)
  for (const [name, lambda] of hooks.flatMap((hook: JsonObject) => Object.entries(hook))) checkHook(name, lambda)
}

function checkHook(name: string, lambda: Json | undefined): void {
  if (!hookNames.some((known) => known.toLowerCase() === name.toLowerCase())) {
    const similar = nearest(name, hookNames)
    const hint = similar === undefined ? `there are ${hookNames.join(', ')}` : `did you mean ${similar}?`
    throw invalidAppSpec(text`${untrusted(name)} is no lifecycle event of Amazon ECS that takes a hook (${hint})`)
  }
  if (typeof lambda !== 'string' || lambda.trim() === '')
    throw invalidAppSpec(text`its hook ${untrusted(name)} must name one Lambda function`)
}
