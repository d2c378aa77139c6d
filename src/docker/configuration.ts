import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ecrHostsOf } from '../image/ecr-host.ts'
import type { RegistryLogin } from '../ports.ts'
import { writing } from '../unwritable.ts'

/** How the folders begin in RUNNER_TEMP; the post step removes only such ones. */
export const configurationPrefix = 'slipway-docker-'

/** A temporary DOCKER_CONFIG folder that holds a registry login. */
export interface DockerConfiguration {
  /** Value for DOCKER_CONFIG. */
  readonly directory: string
  remove(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Logs Docker in without a command line: a DOCKER_CONFIG of its own with the password in a file that only this user can read. The
 * job's own configuration stays valid: other logins, proxies, builders, contexts and plugins. `announce` is called with the
 * folder before its first file is written. Throws `file-unwritable`.
 */
export async function writeConfiguration(
  login: RegistryLogin | undefined,
  environment: Environment,
  temporary: string,
  announce: (directory: string) => void,
): Promise<DockerConfiguration> {
  const original = environment.DOCKER_CONFIG || join(environment.HOME || homedir(), '.docker')
  return await writing(temporary, async () => {
    const directory = await mkdtemp(join(temporary, configurationPrefix))
    announce(directory)
    const entries = await readdir(original).catch(() => [])
    const links = entries.filter((entry) => entry !== 'config.json')
    for (const entry of links) await symlink(join(original, entry), join(directory, entry))
    const own = await readConfiguration(join(original, 'config.json'))
    const content = login === undefined ? own : withLogin(own, login)
    await writeFile(join(directory, 'config.json'), JSON.stringify(content), { mode: 0o600 })
    return { directory, remove: () => removeConfiguration(directory) }
  })
}

/** Removes a folder that `writeConfiguration` made; what its links lead to stays. */
export async function removeConfiguration(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}

async function readConfiguration(path: string): Promise<Record<string, unknown>> {
  try {
    return record(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return {}
  }
}

function withLogin(
  original: Record<string, unknown>,
  { endpoint, username, password }: RegistryLogin,
): Record<string, unknown> {
  const { host } = new URL(endpoint)
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  // Base images may be named by another host of the same registry.
  const hosts = [...new Set([host, ...ecrHostsOf(host)])]
  return {
    ...original,
    auths: { ...record(original.auths), ...Object.fromEntries(hosts.map((name) => [name, { auth }])) },
    // An empty helper means this file, whatever store the job uses for other registries (docker/cli, config/configfile).
    credHelpers: { ...record(original.credHelpers), ...Object.fromEntries(hosts.map((name) => [name, ''])) },
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
