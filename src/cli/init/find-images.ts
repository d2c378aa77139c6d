import { posix } from 'node:path'
import { parseDocument } from '../../document/document.ts'
import { Failure } from '../../failure.ts'
import type { JsonObject } from '../../ports.ts'
import { isObject } from '../../task-definition/members.ts'
import type { ImageFacts } from './container-facts.ts'
import { type ComposeFacts, composeFacts } from './read-compose.ts'
import { dockerfileFacts } from './read-dockerfile.ts'
import type { RepositoryFiles } from './repository-files.ts'

/** Compose file names, in Docker's order of preference. */
const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']
const dockerfileName = /^(?:Dockerfile|Containerfile|.+\.Dockerfile|Dockerfile\..+)$/
/** Dockerfiles for another purpose than to run the program. */
const forOthers = /(?:^|[._-])(?:dev|devel|development|test|tests|ci|local|debug|base|builder)(?:$|[._-])/i

/** The images of a repository, and the images of others that its Compose file starts beside them. */
export interface FoundImages {
  readonly images: readonly ImageFacts[]
  readonly others: ComposeFacts['others']
}

/** The images that a Compose file builds, and else one for each Dockerfile. `root`: name of the image of the repository's root. */
export function findImages(files: RepositoryFiles, root: string): FoundImages {
  const compose = composeIn(files)
  if (compose && compose.services.length > 0) {
    const images = unique(compose.services).map((service) => withDockerfile(service, files))
    return { images, others: compose.others }
  }
  const found = files.paths.filter((path) => dockerfileName.test(posix.basename(path)))
  const dockerfiles = Map.groupBy(
    found.filter((path) => !forOthers.test(posix.basename(path))),
    (path) => posix.dirname(path),
  )
  const images = [...dockerfiles].flatMap(([folder, paths]) => imagesIn(folder, paths, files, root))
  return { images: distinct(images), others: compose?.others ?? [] }
}

/** Images of one name, as of shop/api and blog/api, are named by their whole path. */
function distinct(images: readonly ImageFacts[]): readonly ImageFacts[] {
  return images.map((image) => {
    const isAlone = images.every((other) => other === image || other.name !== image.name)
    return isAlone || image.context === '.' ? image : { ...image, name: nameFrom(image.context) }
  })
}

function composeIn(files: RepositoryFiles): ComposeFacts | undefined {
  const path = composeNames.find((name) => files.paths.includes(name))
  const content = path === undefined ? undefined : objectIn(files.read(path))
  return content && composeFacts(content, '.', files.read)
}

/** Undefined for a text that is no object of JSON or YAML. */
export function objectIn(content: string): JsonObject | undefined {
  try {
    const { value } = parseDocument(content, { input: 'file' })
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

/** Several services of one build are one image: the first counts, as a worker beside it has only another command. */
function unique(services: readonly ImageFacts[]): readonly ImageFacts[] {
  const builds = services.map(({ context, file, target }) => JSON.stringify([context, file, target]))
  return services.filter((_, index) => builds.indexOf(builds[index] ?? '') === index)
}

/** What the Compose file leaves open is that of the Dockerfile. */
function withDockerfile(service: ImageFacts, files: RepositoryFiles): ImageFacts {
  const { ports, healthCheck } = dockerfileFacts(
    files.read(service.file ?? posix.join(service.context, 'Dockerfile')),
    service.target,
  )
  const { container } = service
  return {
    ...service,
    name: nameFrom(service.name),
    container: {
      ...container,
      ports: container.ports.length > 0 ? container.ports : ports,
      healthCheck: container.healthCheck ?? healthCheck,
    },
  }
}

/** One image for each Dockerfile of a folder; `Dockerfile` alone counts where there is one. */
function imagesIn(
  folder: string,
  paths: readonly string[],
  files: RepositoryFiles,
  root: string,
): readonly ImageFacts[] {
  const usual = paths.find((path) => posix.basename(path) === 'Dockerfile')
  return (usual === undefined ? paths : [usual]).map((path) => {
    const own = posix.basename(path).replace(/^Dockerfile\.|\.Dockerfile$/g, '')
    const ofFolder = folder === '.' ? root : posix.basename(folder)
    return {
      name: nameFrom(usual === undefined && paths.length > 1 ? own : ofFolder),
      context: folder,
      file: path === usual ? undefined : path,
      buildArgs: {},
      container: { ...dockerfileFacts(files.read(path)), environment: [], secrets: [] },
      notes: [],
    }
  })
}

/** Room for what is appended within 255 characters, the limit of a service of Amazon ECS and of a file name. */
const longestName = 100

/** A name that Amazon ECR, Amazon ECS and slipway.yml accept. */
export function nameFrom(given: string): string {
  const name = given
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, longestName)
    .replace(/-$/, '')
  return name.length < 2 ? `app-${name}`.replace(/-$/, '') : name
}
