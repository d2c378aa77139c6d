import { asName, type Text, text } from '../../text.ts'
import type { WaveService } from './waves-state.ts'

/** Most services that a sentence names. */
export const mostNames = 8

/** `api, worker`, or `api, worker and 12 more`. */
export function nameList(services: readonly WaveService[]): Text {
  const shown = services.slice(0, mostNames).map(({ name }) => name)
  const rest = services.length - shown.length
  return text`${asName(shown.join(', '))}${rest > 0 ? ` and ${rest} more` : ''}`
}
