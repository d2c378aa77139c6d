import { type Deadline, deadlineIn } from '../../../clock.ts'
import { Failure } from '../../../failure.ts'
import type { Service } from '../../../ports.ts'
import { joined, type Text, text, untrusted } from '../../../text.ts'
import { readService } from '../facts/read-service.ts'
import { awaitNative, type NativeEnd } from './await-native.ts'
import type { NativeFacts, NativeWish } from './native-facts.ts'
import { type NativeChange, planNative } from './plan-native.ts'
import { type NativePorts, type NativeSubject, readNativeFacts } from './read-native-facts.ts'

/**
 * Beside bake time and traffic steps: new tasks start, and old ones stop. Behind a Network Load Balancer, ECS waits for 10 minutes in
 * up to three stages (developer guide, "Network Load Balancer resources for Amazon ECS blue/green deployments"). Minutes.
 */
const besideBake = 60

/**
 * Changes the controller of a service from CodeDeploy to ECS, and watches its first deployment. Reports each step in words. No step
 * takes traffic from the tasks that serve: the rule gets a second target group with the weight 0, and ECS moves the traffic once the
 * new tasks are healthy. Throws `service-unsupported` where a check does not hold, and what AWS refuses, with what was undone.
 */
export async function* changeToNative(
  subject: NativeSubject,
  wish: NativeWish,
  ports: NativePorts,
): AsyncGenerator<Text, NativeEnd> {
  const facts = await readNativeFacts(subject, wish, ports)
  const { checks, change } = planNative(facts, wish)
  const failed = checks.filter(({ holds }) => !holds)
  if (failed.length > 0 || change === undefined) throw notReady(failed)
  if (change.actions) {
    yield text`1. The production rule forwards to both target groups, ${untrusted(facts.other?.name ?? '')} with weight 0`
    await ports.listeners.redirect(change.route, change.actions)
  }
  yield text`2. ECS becomes the deployment controller, and deploys the live revision once`
  const since = ports.clock.now()
  await update(change, facts, ports)
  const end = yield* awaitNative({ facts, change, since, deadline: deadlineOf(change, ports) }, ports)
  if (end.isDone && change.pause) {
    yield text`3. A PAUSE hook replaces the ready wait`
    await ports.ecs.updateService(change.pause)
  }
  return end
}

function deadlineOf({ update: { deploymentConfiguration } }: NativeChange, { clock }: NativePorts): Deadline {
  const { bakeTimeInMinutes = 0, canaryConfiguration, linearConfiguration } = deploymentConfiguration ?? {}
  const { stepPercent = 100, stepBakeTimeInMinutes = 0 } = linearConfiguration ?? {}
  const steps = Math.ceil(100 / stepPercent) * stepBakeTimeInMinutes
  const minutes = bakeTimeInMinutes + (canaryConfiguration?.canaryBakeTimeInMinutes ?? 0) + steps + besideBake
  return deadlineIn(clock, minutes * 60_000)
}

/** The change of the controller. Where it was refused, the rule is as before again. */
async function update(change: NativeChange, facts: NativeFacts, ports: NativePorts): Promise<void> {
  try {
    await ports.ecs.updateService(change.update)
  } catch (error) {
    const now = await controllerOf(facts, ports)
    // What was applied after all is watched: its reply was lost.
    if (now === 'ECS') return
    throw withUndo(error, await undo(change, now, ports))
  }
}

/** Undefined where it cannot be read. */
async function controllerOf({ cluster, service }: NativeFacts, ports: NativePorts): Promise<string | undefined> {
  const read = readService(ports, { cluster, service: service.serviceName ?? '' })
  const now: Service | undefined = await read.catch(() => undefined)
  return now?.deploymentController?.type
}

/** What is left of the change of the rule, in words. */
async function undo(
  { route, actions }: NativeChange,
  controller: string | undefined,
  { listeners }: NativePorts,
): Promise<Text> {
  if (actions === undefined) return text`Nothing has been changed.`
  const harmless = text`The production rule still forwards to both target groups, which moves no traffic (weight 0).`
  // Where the service may be on ECS, its deployment needs both.
  if (controller === undefined) return harmless
  try {
    await listeners.redirect(route, route.actions)
    return text`The production rule is as before. Nothing else has been changed.`
  } catch {
    return harmless
  }
}

function withUndo(error: unknown, left: Text): unknown {
  if (!(error instanceof Failure)) return error
  const { fix, ...parts } = error.parts
  return new Failure({ ...parts, fix: fix ? text`${fix} ${left}` : left })
}

function notReady(failed: readonly { readonly what: string; readonly why: string }[]): Failure {
  return new Failure({
    code: 'service-unsupported',
    what: text`The service cannot be changed to the deployment controller ECS yet`,
    why: joined(
      failed.map(({ what, why }) => text`${untrusted(what)}: ${untrusted(why)}`),
      '; ',
    ),
    fix: text`Correct this, and repeat the command. Nothing has been changed.`,
  })
}
