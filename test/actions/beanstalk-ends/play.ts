/** Plays one end with the action `deploy-beanstalk`, in this process. */
import type { Simulator } from '../../simulator/simulator.ts'
import { beanstalkOf, beanstalkScene, deployBeanstalk, production } from '../beanstalk-scene.ts'
import { ask, type End } from './end.ts'

/** Elastic Beanstalk as the end needs it. */
export function sceneOf(end: End): Simulator {
  const sim = beanstalkScene(end.seed)
  if (end.behaviour) beanstalkOf(sim).behave('v2', end.behaviour)
  end.prepare?.(sim)
  return sim
}

export async function play(end: End) {
  const sim = sceneOf(end)
  if (end.isRepeated) await deployBeanstalk(sim, end.given)
  const before = updatesOf(sim)
  const ended = await deployBeanstalk(sim, end.given)
  const updates = updatesOf(sim) - before
  return { sim, ...ended, updates, unsaid: ended.isRed && updates > 0 ? unsaid(end, sim, ended.log) : [] }
}

/** Updates that AWS accepted. */
const updatesOf = ({ recorder }: Simulator) =>
  recorder.all.filter(
    ({ operation, outcome = 'apply-then-drop' }) => operation === 'UpdateEnvironment' && outcome === 'apply-then-drop',
  ).length

/**
 * What a person must be able to read in the last words and cannot: each version that instances have, and where there are several, on
 * which. Nobody can know it with basic health reporting, and nothing runs where the environment is gone.
 */
function unsaid({ seed, verdict, code }: End, sim: Simulator, log: string): readonly string[] {
  if (verdict === 'succeeded' || seed?.enhanced === false || code === 'environment-terminated') return []
  const { instances } = beanstalkOf(sim).environment(production)
  const labels = new Set(instances.map(({ label }) => label))
  const ids = labels.size > 1 ? instances.map(({ id }) => id) : []
  const last = log.slice(log.lastIndexOf('\nerror '))
  return [...labels, ...ids].filter((word) => !last.includes(word))
}

/** When Elastic Beanstalk first showed an event that names the cause, in milliseconds since 1970. */
export function shownAt(sim: Simulator, { cause }: End): number | undefined {
  const { Events = [] } = ask(sim, 'DescribeEvents', { EnvironmentName: production }) as {
    Events?: readonly { readonly EventDate: Date; readonly Message: string }[]
  }
  const naming = Events.filter(({ Message }) => cause?.test(Message))
  return naming.at(-1)?.EventDate.getTime()
}
