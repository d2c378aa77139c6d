/** A health check of a container, in the shape of Amazon ECS (API HealthCheck). Times in seconds. */
export interface HealthCheck {
  readonly command: readonly string[]
  readonly interval?: number
  readonly timeout?: number
  readonly retries?: number
  readonly startPeriod?: number
}

/** What a Dockerfile or a Compose file has, times as Docker writes them: `1m30s`. */
export interface WrittenHealthCheck {
  readonly command: readonly string[]
  readonly interval?: string | undefined
  readonly timeout?: string | undefined
  readonly retries?: string | undefined
  readonly startPeriod?: string | undefined
}

/** API HealthCheck: the range of each member. */
const ranges = { interval: [5, 300], timeout: [2, 60], retries: [1, 10], startPeriod: [0, 300] } as const
/** Of Go's time.ParseDuration, in seconds. */
const units = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, µs: 1e-6, ns: 1e-9 } as const

/** The same for Amazon ECS: whole seconds within its ranges. What is no number is left out, and ECS's default applies. */
export function ecsHealthCheck(written: WrittenHealthCheck): HealthCheck {
  const { command, interval, timeout, retries, startPeriod } = written
  const members = {
    interval: seconds(interval),
    timeout: seconds(timeout),
    retries: number(retries),
    startPeriod: seconds(startPeriod),
  }
  const given = Object.entries(members).flatMap(([member, value]) => {
    const [least, most] = ranges[member as keyof typeof ranges]
    return value === undefined ? [] : [[member, Math.min(most, Math.max(least, Math.ceil(value)))] as const]
  })
  return { command, ...Object.fromEntries(given) }
}

function number(value: string | undefined): number | undefined {
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined
}

function seconds(value: string | undefined): number | undefined {
  if (value === undefined || !/^(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|ns))+$/.test(value)) return undefined
  const parts = value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0)
}
