/** A Docker engine that is there already, for a real `docker build`. The demo starts none and downloads nothing. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const patience = 4000

/** What both stages of examples/api/Dockerfile start from. */
const base = 'public.ecr.aws/docker/library/node:24-slim'

export interface Docker {
  readonly version: string
}

/** The engine, or why the demo does without one. */
export async function findDocker(): Promise<Docker | string> {
  const run = async (...words: string[]) => (await execute('docker', words, { timeout: patience })).stdout.trim()
  const version = await run('version', '--format', '{{.Server.Version}}').catch(() => '')
  if (version === '') return 'no Docker engine answers'
  const hasBase = await run('image', 'inspect', '--format', '{{.Id}}', base).catch(() => '')
  return hasBase === ''
    ? `Docker ${version} answers, but ${base} is not here and the demo downloads nothing`
    : { version }
}

export function buildWithDocker(_: Docker): Readonly<Record<string, string>> {
  return { context: '.', network: 'none' }
}
