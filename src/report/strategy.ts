import type { Plan } from '../deployment/plan.ts'
import { type Text, text, untrusted } from '../text.ts'

/** `ECS canary (5 % for 10 min)`. */
export function methodWords({ method: { label, pace } }: Plan): Text {
  return text`${label}${pace ? text` (${untrusted(pace)})` : ''}`
}

/** What a deployment changes beside the version: `strategy: ROLLING → CANARY 5 % for 10 min`, without the colon. */
export function settingLines({ settings }: Plan): readonly Text[] {
  return settings.map(({ name, from, to }) => text`${name} ${untrusted(from)} → ${untrusted(to)}`)
}
