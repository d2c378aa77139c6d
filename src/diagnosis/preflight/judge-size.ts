import type { JsonObject } from '../../ports.ts'
import { containersOf, textIn } from '../../task-definition/members.ts'
import { text, untrusted } from '../../text.ts'
import type { PreflightFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'

function gibibytes(from: number, to: number, step = 1): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * 1024)
}

/** Memory in MiB by CPU units (ECS developer guide, "Task CPU and memory"). */
const sizes: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, gibibytes(1, 4)],
  [1024, gibibytes(2, 8)],
  [2048, gibibytes(4, 16)],
  [4096, gibibytes(8, 30)],
  [8192, gibibytes(16, 60, 4)],
  [16_384, gibibytes(32, 120, 8)],
])

const docs = 'the ECS developer guide, "Task CPU and memory"'

/** CPU and memory: a pair that AWS Fargate offers, with room for every container. */
export function judgeSize({ definition, isFargate }: PreflightFacts): readonly Finding[] {
  const memory = quantity(definition.memory, 'gb')
  return [...(isFargate ? judgePair(definition) : []), ...judgeContainers(definition, memory)]
}

function judgePair(definition: JsonObject): readonly Finding[] {
  const [cpu, memory] = [quantity(definition.cpu, 'vcpu'), quantity(definition.memory, 'gb')]
  if (cpu !== undefined && memory !== undefined && sizes.get(cpu)?.includes(memory)) return []
  const [said, and] = [written(definition.cpu), written(definition.memory)]
  const fitting = cpu === undefined ? undefined : sizes.get(cpu)
  const nearest = fitting?.find((size) => size >= (memory ?? 0)) ?? fitting?.at(-1)
  return [
    finding(
      'fargate-size',
      {
        what: text`No Fargate configuration exists for cpu ${untrusted(said)} and memory ${untrusted(and)}`,
        why: fitting
          ? text`with cpu ${cpu ?? ''}, memory is ${rangeOf(fitting)} MiB`
          : text`cpu is one of ${[...sizes.keys()].join(', ')}`,
        fix: nearest
          ? text`Set memory to "${nearest}", or choose another pair of ${docs}.`
          : text`Choose a pair of ${docs}.`,
      },
      // AWS has added larger sizes before.
      (cpu ?? 0) > Math.max(...sizes.keys()),
    ),
  ]
}

function rangeOf(memories: readonly number[]): string {
  const [first, second = 0, ...rest] = memories
  const last = rest.at(-1) ?? second
  return memories.length <= 3 ? memories.join(', ') : `${first} to ${last} in steps of ${second - (first ?? 0)}`
}

/** A sentence of ECS: "The 'memory' setting for container '…' is greater than for the task." */
function judgeContainers(definition: JsonObject, memory: number | undefined): readonly Finding[] {
  if (memory === undefined) return []
  return containersOf(definition).flatMap((container): readonly Finding[] => {
    const limit = container.memory
    if (typeof limit !== 'number' || limit <= memory) return []
    return [
      finding('container-memory', {
        what: text`The memory setting for container ${untrusted(textIn(container, 'name') ?? 'without a name')} is greater than for the task`,
        why: text`the container has ${limit} MiB, and the task has ${memory}`,
        fix: text`Raise the memory of the task, or lower that of the container.`,
      }),
    ]
  })
}

function written(value: JsonObject[string] | undefined): string {
  return value === undefined ? '(none)' : String(value)
}

/** `256`, `.25 vCPU`, `0.5 GB`: CPU units or MiB. Undefined when it is none of these. */
function quantity(value: JsonObject[string] | undefined, unit: 'vcpu' | 'gb'): number | undefined {
  const given = typeof value === 'number' ? String(value) : value
  if (typeof given !== 'string') return undefined
  const [, plain] = /^\s*(\d+)\s*$/.exec(given) ?? []
  if (plain) return Number(plain)
  const [, amount, name] = /^\s*(\d*\.?\d+)\s*(vcpu|gb)\s*$/i.exec(given) ?? []
  return amount && name?.toLowerCase() === unit ? Number(amount) * 1024 : undefined
}
