import type { DeploymentEvent } from '../../../deployment/events.ts'
import type { BeanstalkEvent } from '../../../ports.ts'
import { untrusted } from '../../../text.ts'
import { factsIn } from './event-texts.ts'
import { fleetOf, progressOf } from './fleet.ts'
import type { Reading, Update } from './judge-update.ts'

/** Reports what a read shows and the one before did not. `instances`: how many there were before the deployment. */
export function startNews(
  instances: number,
  now: () => number,
): (reading: Reading, update: Update) => DeploymentEvent[] {
  const told = new Map<string, number>()
  let progress = ''
  let isShifted = false
  return ({ events, instances: seen }, update) => {
    const news = unseen(events, told).flatMap(inWords)
    const fleet = update.label === undefined ? undefined : fleetOf(seen, update.label)
    const counts = fleet && progressOf(fleet, instances)
    if (counts && JSON.stringify(counts) !== progress) {
      progress = JSON.stringify(counts)
      news.push({ kind: 'progress', at: now(), progress: counts })
    }
    if (!isShifted && factsIn(events).shifted) {
      isShifted = true
      news.push({ kind: 'traffic', at: now(), percent: 100 })
    }
    return news
  }
}

/** Events that were not there before. AWS does not state the order of events of one second, so each is counted. */
function unseen(events: readonly BeanstalkEvent[], told: Map<string, number>): readonly BeanstalkEvent[] {
  const counts = new Map<string, number>()
  return events.filter(({ at, message }) => {
    const key = `${at} ${message}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    if (count <= (told.get(key) ?? 0)) return false
    told.set(key, count)
    return true
  })
}

const trouble = /^(?:WARN|ERROR|FATAL)$/

function inWords({ at, message, severity }: BeanstalkEvent): DeploymentEvent[] {
  const isTrouble = trouble.test(severity)
  const said: DeploymentEvent = { kind: 'message', at, message: untrusted(message), ...(isTrouble && { isTrouble }) }
  const [, number, words = ''] = /^Batch (\d+): (.*)/.exec(message) ?? []
  if (number === undefined) return [said]
  const name = `Batch ${number}`
  if (words.startsWith('Starting application deployment on'))
    return [said, { kind: 'phase', at, name, status: 'running', makesUnits: true }]
  if (words.startsWith('Completed')) return [said, { kind: 'phase', at, name, status: 'succeeded' }]
  return [said]
}
