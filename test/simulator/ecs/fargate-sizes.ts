/** CPU and memory of tasks: units, and the pairs that AWS Fargate offers. */

const gibibytes = (from: number, to: number, step = 1) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => (from + index * step) * 1024)

/** Memory in MiB by CPU units (Developer Guide, "Task CPU and memory"). */
const sizes = new Map<number, readonly number[]>([
  [256, [512, 1024, 2048]],
  [512, gibibytes(1, 4)],
  [1024, gibibytes(2, 8)],
  [2048, gibibytes(4, 16)],
  [4096, gibibytes(8, 30)],
  [8192, gibibytes(16, 60, 4)],
  [16_384, gibibytes(32, 120, 8)],
])

export const fargateOffers = (cpu: number, memory: number) => sizes.get(cpu)?.includes(memory) ?? false

/** `256`, `.25 vCPU` or `0.25 vcpu` in CPU units; undefined when it is none of these. */
export const cpuUnits = (value: string) => quantity(value, /^\s*(\d*\.?\d+)\s*vcpu\s*$/i)

/** `512`, `0.5 GB` or `.5gb` in MiB; undefined when it is none of these. */
export const mebibytes = (value: string) => quantity(value, /^\s*(\d*\.?\d+)\s*gb\s*$/i)

function quantity(value: string, unit: RegExp): number | undefined {
  if (/^\s*\d+\s*$/.test(value)) return Number(value)
  const [, amount] = unit.exec(value) ?? []
  return amount ? Number(amount) * 1024 : undefined
}
