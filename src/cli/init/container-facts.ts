import type { HealthCheck } from './health-check.ts'

/** A variable of a container that is no secret. */
export interface PlainVariable {
  readonly name: string
  readonly value: string
}

/** What a Dockerfile or a Compose file states about the container that runs an image. */
export interface ContainerFacts {
  /** In the order of the file, each once. */
  readonly ports: readonly number[]
  readonly environment: readonly PlainVariable[]
  /** Names of variables whose values may be secrets, or are not in the repository: they are not copied. */
  readonly secrets: readonly string[]
  readonly healthCheck?: HealthCheck | undefined
  readonly command?: readonly string[] | undefined
  readonly entryPoint?: readonly string[] | undefined
  readonly user?: string | undefined
  readonly workingDirectory?: string | undefined
}

/** One image of the repository: how it is built, and its container. */
export interface ImageFacts {
  /** Of the image, its service and its container, as a person chose it or the folder is called. */
  readonly name: string
  /** Relative to the repository; `.` for its root. */
  readonly context: string
  /** Relative to the repository; undefined: the Dockerfile of the context. */
  readonly file?: string | undefined
  readonly target?: string | undefined
  readonly buildArgs: Readonly<Record<string, string>>
  /** `linux/arm64`, where a Compose file states it. */
  readonly platform?: string | undefined
  readonly container: ContainerFacts
  /** What was read and not translated, and why. */
  readonly notes: readonly string[]
}
