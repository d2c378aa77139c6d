import { Failure } from '../../../failure.ts'
import type { JsonObject, Service } from '../../../ports.ts'
import { joined, type Text, text, untrusted } from '../../../text.ts'
import { readService } from '../facts/read-service.ts'
import { requireService } from '../facts/service-facts.ts'
import { awaitNative, type NativeEnd, type NativeGoal } from './await-native.ts'
import { finishNative, isHanded } from './finish-native.ts'
import { nativeDeadline } from './native-deadline.ts'
import type { NativeFacts, NativeWish } from './native-facts.ts'
import { withPause } from './native-pause.ts'
import { type NativeChange, planNative } from './plan-native.ts'
import { type NativePorts, type NativeSubject, readNativeFacts } from './read-native-facts.ts'

/**
 * Changes the controller of a service from CodeDeploy to ECS, and watches its first deployment. Reports each step in words. No step
 * takes traffic from the tasks that serve: the rule gets a second target group with the weight 0, and ECS moves the traffic once the
 * new tasks are healthy. A change that was interrupted is continued. Throws `service-unsupported` where a check does not hold, and
 * what AWS refuses, with what was undone.
 */
export async function* changeToNative(
  subject: NativeSubject,
  wish: NativeWish,
  ports: NativePorts,
): AsyncGenerator<Text, NativeEnd> {
  const service = await requireService(await readService(ports, subject), subject, ports.ecs)
  if (isHanded(service)) return yield* finishNative(subject, service, ports)
  const facts = await readNativeFacts(subject, service, wish, ports)
  const { checks, change } = planNative(facts, wish)
  const failed = checks.filter(({ holds }) => !holds)
  if (failed.length > 0 || change === undefined) throw notReady(failed)
  if (change.actions) {
    yield text`1. The production rule forwards to both target groups, ${untrusted(facts.other?.name ?? '')} with weight 0`
    await forwardToBoth(change, change.actions, ports)
  }
  await requireIdle(facts, change, ports)
  yield text`2. ECS becomes the deployment controller, and deploys the live revision once`
  const since = ports.clock.now()
  await update(change, facts, ports)
  const end = yield* awaitNative(goalOf(facts, change, since, ports), ports)
  return change.pause ? yield* withPause(end, change.pause, ports) : end
}

function goalOf(
  { cluster, service, serving, other, primary }: NativeFacts,
  { route, update: { deploymentConfiguration } }: NativeChange,
  since: number,
  { clock }: NativePorts,
): NativeGoal {
  return {
    cluster,
    service: service.serviceName ?? '',
    since,
    taskDefinition: primary?.taskDefinition,
    targetGroups: [serving?.arn, other?.arn],
    listenerArn: route.listenerArn,
    ruleArn: route.arn,
    deadline: nativeDeadline(deploymentConfiguration, clock),
  }
}

/** Step 1. What is not certain is said: a lost reply, or a cancel. */
async function forwardToBoth(
  { route }: NativeChange,
  actions: readonly JsonObject[],
  { listeners }: NativePorts,
): Promise<void> {
  try {
    await listeners.redirect(route, actions)
  } catch (error) {
    const isRefused = error instanceof Failure && refusals.includes(error.parts.code)
    throw withUndo(error, isRefused ? text`Nothing has been changed.` : mayForward)
  }
}

/** AWS said no. */
const refusals: readonly string[] = ['permission-missing', 'aws-rejected']
const mayForward = text`The production rule may forward to both target groups, which moves no traffic (weight 0). Nothing else has been changed. To continue, repeat the command.`

/** A deployment of another user may have begun since the checks; it needs its controller. Throws `deployment-conflict`. */
async function requireIdle(
  { name: { application, deploymentGroup } }: NativeFacts,
  { actions }: NativeChange,
  { codeDeploy }: NativePorts,
): Promise<void> {
  const [active] = await codeDeploy.listActiveDeployments(application, deploymentGroup)
  if (active === undefined) return
  throw new Failure({
    code: 'deployment-conflict',
    what: text`The deployment group ${untrusted(deploymentGroup)} already has an active deployment, ${untrusted(active)}`,
    why: text`it began while this command was running`,
    fix: text`${actions ? stillForwards : text`Nothing has been changed.`} Repeat the command when it has ended.`,
  })
}

/** Step 2. Where it was refused, the rule is as before again. */
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
  // Where the service may be on ECS, its deployment needs both.
  if (controller === undefined)
    return text`${stillForwards} Whether ECS is the deployment controller is unknown. To continue, repeat the command.`
  if (actions === undefined) return text`Nothing has been changed.`
  try {
    await listeners.redirect(route, route.actions)
    return text`The production rule is as before. Nothing else has been changed.`
  } catch {
    return stillForwards
  }
}

const stillForwards = text`The production rule forwards to both target groups, which moves no traffic (weight 0).`

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
