import type { Nouns } from '../deployment/nouns.ts'
import { initialState } from '../deployment/state.ts'
import { nameList } from '../deployment/waves/name-list.ts'
import {
  isPutBack,
  stays,
  type WaveService,
  type WavesEvent,
  type WavesState,
} from '../deployment/waves/waves-state.ts'
import { asName, type Text, text } from '../text.ts'
import { logLines } from './log-lines.ts'
import { firstLine, linesBelow } from './opening.ts'
import { appearanceOf } from './sentence.ts'
import { minutesAndSeconds } from './short.ts'
import { type WavesSubject, wavesNouns, wavesOpening, wavesStage } from './waves-words.ts'

const longestName = 24

/** The log lines of one more event, with the time since the start and the name of the service. */
export function wavesLogLines(
  previous: WavesState,
  next: WavesState,
  event: WavesEvent,
  subject: WavesSubject,
): readonly Text[] {
  const at = (line: Text): Text => text`${minutesAndSeconds(next.updatedAt - next.startedAt)}  ${line}`
  switch (event.kind) {
    case 'wave':
      return wave(next, event.wave).map(at)
    case 'turned':
      return [at(turned(next, event.because, wavesNouns(subject)))]
    case 'finished':
      return ending({ subject, state: next }).map(at)
    default:
      return serviceLines(previous, next, event, subject)
  }
}

function wave({ services }: WavesState, index: number): readonly Text[] {
  const count = (services.at(-1)?.wave ?? 0) + 1
  const members = services.filter((service) => service.wave === index)
  return count === 1 ? [] : [text`Wave ${index + 1} of ${count}: ${nameList(members)}`]
}

function turned({ services }: WavesState, because: string, { target, targets }: Nouns): Text {
  const done = services.filter((service) => isDeployed(service))
  const others = done.length === 1 ? `the deployed ${target}` : `the ${done.length} deployed ${targets}`
  return text`⏪ ${asName(because)} failed, rolling back ${done.length === 0 ? 'what was changed' : others}`
}

function isDeployed(service: WaveService): boolean {
  return service.state?.verdict?.outcome === 'succeeded' && !isPutBack(service) && !stays(service)
}

function ending({ subject, state }: { readonly subject: WavesSubject; readonly state: WavesState }): readonly Text[] {
  const said = wavesOpening({ subject, state })
  return [
    text`${appearanceOf(wavesStage(state)).emoji} ${firstLine(said)}`,
    ...linesBelow(said).map((line) => text`   ${line}`),
  ]
}

function serviceLines(
  previous: WavesState,
  next: WavesState,
  { kind, service: name, event }: Extract<WavesEvent, { service: string }>,
  subject: WavesSubject,
): readonly Text[] {
  const own = subject.services.get(name)
  const of = ({ services }: WavesState) => {
    const service = services.find((candidate) => candidate.name === name)
    return kind === 'service' ? service?.state : service?.back
  }
  const state = of(next)
  if (!own || !state) return []
  const before = of(previous) ?? { ...initialState(event.at), purpose: state.purpose }
  const width = Math.min(longestName, Math.max(...next.services.map((service) => service.name.length)))
  const prefix = text`${asName(name)}${' '.repeat(Math.max(0, width - name.length))} │ `
  return logLines(before, state, own, next.startedAt).map((line) => text`${prefix}${line}`)
}
