import { type Instruction, readDockerfile } from '../../image/dockerfile-text.ts'
import { expandWord, splitWords } from '../../image/dockerfile-words.ts'
import { ecsHealthCheck, type HealthCheck } from './health-check.ts'

/** What a Dockerfile states about its container. */
export interface DockerfileFacts {
  readonly ports: readonly number[]
  /** Amazon ECS ignores that of an image: "Amazon ECS doesn't monitor Docker health checks that are embedded in a container image" (API HealthCheck). */
  readonly healthCheck?: HealthCheck | undefined
}

interface Stage {
  readonly name: string
  readonly base: string
  readonly instructions: readonly Instruction[]
}

/**
 * EXPOSE and HEALTHCHECK of a stage and of the stages that it is built on; the last stage by default. Empty where the file is not
 * understood.
 */
export function dockerfileFacts(content: string, target?: string): DockerfileFacts {
  try {
    const { instructions, escaping } = readDockerfile(content)
    const own = lineage(stagesOf(instructions), target)
    return { ports: portsOf(own, escaping), healthCheck: healthCheckOf(own) }
  } catch {
    return { ports: [] }
  }
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const stages: (Stage & { readonly instructions: Instruction[] })[] = []
  for (const instruction of instructions) {
    if (instruction.name !== 'FROM') {
      stages.at(-1)?.instructions.push(instruction)
      continue
    }
    const words = instruction.rest.split(/\s+/).filter((word) => !word.startsWith('--'))
    const [base = '', as = '', name = ''] = words
    const own = as.toUpperCase() === 'AS' ? name : String(stages.length)
    stages.push({ name: own.toLowerCase(), base: base.toLowerCase(), instructions: [] })
  }
  return stages
}

/** The instructions of a stage behind those of the stages that it starts from. */
function lineage(stages: readonly Stage[], target: string | undefined): readonly Instruction[] {
  const index = target === undefined ? stages.length - 1 : stages.findIndex(({ name }) => name === target.toLowerCase())
  const stage = stages[index]
  if (stage === undefined) return []
  const before = stages.slice(0, index)
  const isBuiltOn = before.some(({ name }) => name === stage.base)
  return [...(isBuiltOn ? lineage(before, stage.base) : []), ...stage.instructions]
}

/** Ports of TCP. A variable has the value of ENV, or the default of ARG. */
function portsOf(instructions: readonly Instruction[], escaping: string): readonly number[] {
  const values = new Map<string, string>()
  const ports = new Set<number>()
  for (const { name, rest } of instructions) {
    if (name === 'ENV' || name === 'ARG') for (const [key, value] of assignments(rest, escaping)) values.set(key, value)
    if (name !== 'EXPOSE') continue
    for (const word of splitWords(rest, escaping)) {
      const [, port] = /^(\d{1,5})(?:\/tcp)?$/i.exec(expandWord(word, (key) => values.get(key), escaping)) ?? []
      if (port !== undefined && isPort(Number(port))) ports.add(Number(port))
    }
  }
  return [...ports]
}

/** True for what a port mapping may have. */
export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65_535
}

function assignments(rest: string, escaping: string): readonly (readonly [string, string])[] {
  return splitWords(rest, escaping).flatMap((word) => {
    const [, key, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word) ?? []
    return key === undefined ? [] : [[key, (value ?? '').replace(/^(["'])(.*)\1$/s, '$2')] as const]
  })
}

/** Of the last HEALTHCHECK, unless that is NONE. */
function healthCheckOf(instructions: readonly Instruction[]): HealthCheck | undefined {
  const rest = instructions.findLast(({ name }) => name === 'HEALTHCHECK')?.rest
  const [, flags = '', command] = /^((?:--[a-z-]+=\S+\s+)*)CMD\s+([\s\S]+)$/i.exec(rest ?? '') ?? []
  if (command === undefined) return undefined
  const flag = (name: string) => new RegExp(`--${name}=(\\S+)`).exec(flags)?.[1]
  return ecsHealthCheck({
    command: healthCommand(command.trim()),
    interval: flag('interval'),
    timeout: flag('timeout'),
    retries: flag('retries'),
    startPeriod: flag('start-period'),
  })
}

function healthCommand(command: string): readonly string[] {
  if (!command.startsWith('[')) return ['CMD-SHELL', command]
  const words: unknown = JSON.parse(command)
  return Array.isArray(words) ? ['CMD', ...words.map(String)] : ['CMD-SHELL', command]
}
