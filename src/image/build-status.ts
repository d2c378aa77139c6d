/** What BuildKit reports of one step ("vertex"); sent again whole with every change. */
export interface BuildVertex {
  readonly digest: string
  /** `[build 3/5] RUN npm ci`, `exporting to image`. */
  readonly name: string
  /** Milliseconds since 1970; undefined: not started. */
  readonly started?: number | undefined
  readonly completed?: number | undefined
  readonly cached: boolean
  readonly error?: string | undefined
}

/** Progress within a step, such as a layer that is pushed. */
export interface VertexStatus {
  readonly vertex: string
  readonly id: string
  /** Mostly bytes. */
  readonly current: number
  readonly total: number
  readonly timestamp: number
  readonly started?: number | undefined
  readonly completed?: number | undefined
}

/** A piece of what a step printed, which may end within a line or within a character. */
export interface VertexLog {
  readonly vertex: string
  /** 1: stdout, 2: stderr. */
  readonly stream: number
  readonly data: Uint8Array
  readonly timestamp: number
}

/** A warning, such as that of a build check (https://docs.docker.com/reference/build-checks/). */
export interface VertexWarning {
  readonly short: string
  readonly url: string
  /** As BuildKit names the Dockerfile. */
  readonly file?: string | undefined
  readonly line?: number | undefined
}

/** One line of `--progress=rawjson`: BuildKit's `SolveStatus` (moby/buildkit, client/graph.go). */
export interface BuildStatus {
  readonly vertexes: readonly BuildVertex[]
  readonly statuses: readonly VertexStatus[]
  readonly logs: readonly VertexLog[]
  readonly warnings: readonly VertexWarning[]
}

/** Reads one line; undefined for one that is not of BuildKit's progress, such as Buildx's own error. */
export function parseBuildStatus(line: string): BuildStatus | undefined {
  if (!line.startsWith('{')) return undefined
  const status = membersOf(parsed(line))
  const kinds = [status.vertexes, status.statuses, status.logs, status.warnings]
  if (!kinds.some(Array.isArray)) return undefined
  return {
    vertexes: listOf(status.vertexes).map(vertexOf),
    statuses: listOf(status.statuses).map(statusOf),
    logs: listOf(status.logs).map(logOf),
    warnings: listOf(status.warnings).map(warningOf),
  }
}

type Members = Readonly<Record<string, unknown>>

function vertexOf({ digest, name, started, completed, cached, error }: Members): BuildVertex {
  return {
    digest: textOf(digest),
    name: textOf(name),
    started: timeOf(started),
    completed: timeOf(completed),
    cached: cached === true,
    error: textOf(error) || undefined,
  }
}

function statusOf({ vertex, id, current, total, timestamp, started, completed }: Members): VertexStatus {
  return {
    vertex: textOf(vertex),
    id: textOf(id),
    current: numberOf(current) ?? 0,
    total: numberOf(total) ?? 0,
    timestamp: timeOf(timestamp) ?? 0,
    started: timeOf(started),
    completed: timeOf(completed),
  }
}

function logOf({ vertex, stream, data, timestamp }: Members): VertexLog {
  return {
    vertex: textOf(vertex),
    stream: numberOf(stream) ?? 1,
    data: bytesOf(data),
    timestamp: timeOf(timestamp) ?? 0,
  }
}

function warningOf({ short, url, sourceInfo, range }: Members): VertexWarning {
  const [first] = listOf(range)
  return {
    short: bytesOf(short).toString('utf8'),
    url: textOf(url),
    file: textOf(membersOf(sourceInfo).filename) || undefined,
    line: numberOf(membersOf(first?.start).line) || undefined,
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function listOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.map(membersOf) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Go writes a time that is not set as the year 1. */
function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return time > 0 ? time : undefined
}

/** Go writes bytes in base64. */
function bytesOf(value: unknown): Buffer {
  return Buffer.from(textOf(value), 'base64')
}
