/** The failures, by kind. Their texts are those of AWS's documentation, of issues and of incident reports. */
import { containers } from './containers.ts'
import { decisions } from './decisions.ts'
import { health } from './health.ts'
import { images } from './images.ts'
import { mixed } from './mixed.ts'
import { placement } from './placement.ts'
import type { FailureScenario } from './scenario.ts'
import { start } from './start.ts'

export const failureScenarios: readonly FailureScenario[] = [
  ...images,
  ...start,
  ...containers,
  ...health,
  ...placement,
  ...decisions,
  ...mixed,
]
