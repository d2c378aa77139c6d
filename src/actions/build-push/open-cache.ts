import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Failure } from '../../failure.ts'
import { isImmutable } from '../../image/build-preflight.ts'
import {
  actionsCache,
  type CacheNames,
  type CacheOptions,
  folderCache,
  registryCache,
} from '../../image/cache-preset.ts'
import { publicNameOf } from '../../image/ecr-host.ts'
import type { PublishPorts } from '../../image/publish-request.ts'
import type { Repository } from '../../ports.ts'
import type { Runner } from '../../runner/action.ts'
import { invalidInputs } from '../../runner/inputs.ts'
import { asName, text } from '../../text.ts'
import { writing } from '../../unwritable.ts'
import { workspaceOf } from '../world/source-commit.ts'
import { temporary } from './open-builder.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

/** Where the caches of one build are. */
export interface OpenCache extends CacheOptions {
  /** Called after a build that ended well. */
  readonly keep?: () => Promise<void>
}

type Ecr = Pick<PublishPorts, 'ecr' | 'registryHost'>

/** Finds the caches. Throws `inputs-invalid` where a cache in ECR cannot be updated, `repository-not-found`. */
export async function openCache(
  cache: 'ecr' | 'gha' | 'local',
  inputs: PreparedInputs,
  names: CacheNames,
  runner: Runner,
  connect: () => Ecr,
): Promise<OpenCache> {
  switch (cache) {
    case 'gha':
      return actionsCache(names)
    case 'ecr':
      return await inRepository(inputs, names, connect())
    case 'local':
      return await inFolder(inputs, names, runner)
  }
}

async function inRepository(inputs: PreparedInputs, names: CacheNames, { ecr, registryHost }: Ecr): Promise<OpenCache> {
  const { repository, cacheRepository, createRepository } = inputs
  const name = cacheRepository ?? publicNameOf(repository) ?? repository
  if (names.write !== undefined) {
    const found = await ecr.describeRepository(name)
    if (found === undefined && !createRepository) throw noRepository(name, await registryHost())
    const place = found ?? (await ecr.createRepository(name, { immutableTags: false })).repository
    requireMutable(place, names.write)
  }
  return registryCache(names, `${await registryHost()}/${name}`)
}

function noRepository(name: string, host: string): Failure {
  return new Failure({
    code: 'repository-not-found',
    what: text`RepositoryNotFoundException: ${asName(host)} has no repository "${asName(name)}" for the build cache`,
    fix: text`Correct cache-repository; or create the repository, or set create-repository: true. Nothing has been built.`,
  })
}

function requireMutable(repository: Repository, tag: string): void {
  if (!isImmutable(repository, tag)) return
  throw invalidInputs([
    text`cache is ecr, and the tag ${asName(tag)} of the repository ${asName(repository.name)} is immutable, so the cache could be written once only: set cache-repository to a repository with mutable tags, or exclude cache-* from immutability (IMMUTABLE_WITH_EXCLUSION)`,
  ])
}

async function inFolder({ cacheFolder }: PreparedInputs, names: CacheNames, runner: Runner): Promise<OpenCache> {
  const folder =
    cacheFolder === undefined ? join(temporary(runner), 'buildx-cache') : resolve(workspaceOf(runner), cacheFolder)
  const written = `${folder}.new`
  await writing(folder, async () => await rm(written, { recursive: true, force: true }))
  const { cacheFrom, cacheTo } = folderCache(names, { read: folder, write: written })
  return {
    // BuildKit warns of a folder without an index, in every first build.
    cacheFrom: existsSync(join(folder, 'index.json')) ? cacheFrom : [],
    cacheTo,
    async keep() {
      if (!existsSync(written)) return
      await writing(folder, async () => {
        await rm(folder, { recursive: true, force: true })
        await rename(written, folder)
      })
    },
  }
}
