import type { Json } from '../ports.ts'

function gibibytes(from: number, to: number, step = 1): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * 1024)
}

/** Memory in MiB that AWS Fargate offers, by CPU units (ECS developer guide, "Task CPU and memory"). */
export const fargateSizes: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, gibibytes(1, 4)],
  [1024, gibibytes(2, 8)],
  [2048, gibibytes(4, 16)],
  [4096, gibibytes(8, 30)],
  [8192, gibibytes(16, 60, 4)],
  [16_384, gibibytes(32, 120, 8)],
])

/** `512, 1024, 2048`, or `2048 to 8192 in steps of 1024`. */
export function rangeOf(memories: readonly number[]): string {
  const [first, second = 0, ...rest] = memories
  const last = rest.at(-1) ?? second
  return memories.length <= 3 ? memories.join(', ') : `${first} to ${last} in steps of ${second - (first ?? 0)}`
}

/** CPU units of `256`, `.25 vCPU` or a number; undefined when it is none of these. */
export function cpuUnits(value: Json | undefined): number | undefined {
  return quantity(value, /^(\d{0,9}\.?\d{1,9})\s*vcpu$/i)
}

/** MiB of `512`, `0.5 GB` or a number; undefined when it is none of these. */
export function mebibytes(value: Json | undefined): number | undefined {
  return quantity(value, /^(\d{0,9}\.?\d{1,9})\s*gb$/i)
}

function quantity(value: Json | undefined, unit: RegExp): number | undefined {
  const given = (typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '').trim()
  if (/^\d{1,15}$/.test(given)) return Number(given)
  const [, amount] = unit.exec(given) ?? []
  return amount === undefined ? undefined : Number(amount) * 1024
}
