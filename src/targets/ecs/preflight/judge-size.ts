import type { Finding } from '../../../diagnosis/finding.ts'
import type { JsonObject } from '../../../ports.ts'
import { containersOf, textIn } from '../../../task-definition/members.ts'
import { cpuUnits, fargateSizes, mebibytes, rangeOf } from '../../../task-definition/sizes.ts'
import { text, untrusted } from '../../../text.ts'
import { finding } from '../facts/finding-kinds.ts'
import type { PreflightFacts } from '../facts/preflight-facts.ts'

const docs = 'the ECS developer guide, "Task CPU and memory"'

/** CPU and memory: a pair that AWS Fargate offers, with room for every container. */
export function judgeSize({ definition, isFargate }: PreflightFacts): readonly Finding[] {
  const memory = mebibytes(definition.memory)
  return [...(isFargate ? judgePair(definition) : []), ...judgeContainers(definition, memory)]
}

function judgePair(definition: JsonObject): readonly Finding[] {
  const [cpu, memory] = [cpuUnits(definition.cpu), mebibytes(definition.memory)]
  if (cpu !== undefined && memory !== undefined && fargateSizes.get(cpu)?.includes(memory)) return []
  const [said, and] = [written(definition.cpu), written(definition.memory)]
  const fitting = cpu === undefined ? undefined : fargateSizes.get(cpu)
  const nearest = fitting?.find((size) => size >= (memory ?? 0)) ?? fitting?.at(-1)
  return [
    finding(
      'fargate-size',
      {
        what: text`No Fargate configuration exists for cpu ${untrusted(said)} and memory ${untrusted(and)}`,
        why: fitting
          ? text`with cpu ${cpu ?? ''}, memory is ${rangeOf(fitting)} MiB`
          : text`cpu is one of ${[...fargateSizes.keys()].join(', ')}`,
        fix: nearest
          ? text`Set memory to "${nearest}", or choose another pair of ${docs}.`
          : text`Choose a pair of ${docs}.`,
      },
      // AWS has added larger sizes before.
      (cpu ?? 0) > Math.max(...fargateSizes.keys()),
    ),
  ]
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
