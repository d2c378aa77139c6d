/** A Docker engine that is there already, for a real `docker build`. The demo starts none and downloads nothing. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const patience = 4000

/** What both stages of examples/api/Dockerfile start from. */
const base = 'public.ecr.aws/docker/library/node:24-slim'

export interface Docker {
  readonly version: string
  /** `DOCKER_HOST` of the engine: steps of the demo have a home of their own, without the contexts of the user. */
  readonly host: string
}

/** The engine, or why the demo does without one. */
export async function findDocker(): Promise<Docker | string> {
  const run = async (...words: string[]) => (await execute('docker', words, { timeout: patience })).stdout.trim()
  const version = await run('version', '--format', '{{.Server.Version}}').catch(() => '')
  if (version === '') return 'the Docker engine is not reachable'
  const hasBase = await run('image', 'inspect', '--format', '{{.Id}}', base).catch(() => '')
  const host =
    process.env.DOCKER_HOST ??
    (await run('context', 'inspect', '--format', '{{.Endpoints.docker.Host}}').catch(() => ''))
  return hasBase === ''
    ? `Docker ${version} answers, but ${base} is not here and the demo downloads nothing`
    : { version, host }
}

/** Inputs of build-push for it. */
export const dockerBuild = { context: '.', network: 'none' } as const
