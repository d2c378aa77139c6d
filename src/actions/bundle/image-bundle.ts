import { isMap, isScalar, parseDocument } from 'yaml'
import { Failure } from '../../failure.ts'
import { setting, text, untrusted } from '../../text.ts'
import type { BundleFile } from './list-files.ts'

/** How an image is put into a bundle of the Docker platform. */
export interface ImageBundle {
  /** By digest, where it has one. */
  readonly image: string
  readonly format: 'compose' | 'dockerrun'
  readonly containerPort: number
  /** The service of a compose file of the user whose image is replaced. */
  readonly composeService?: string | undefined
}

const composeFile = 'docker-compose.yml'

/**
 * The files of a bundle around an image, beside `.ebextensions` and `.platform` of the user. Docker Compose takes a digest for an
 * image; that `Dockerrun.aws.json` does is in no page of AWS.
 */
export function withImage(files: readonly BundleFile[], bundle: ImageBundle): readonly BundleFile[] {
  const own = files.find(({ path }) => path === composeFile)
  if (own && 'bytes' in own.content) {
    const replaced = replaceImage(Buffer.from(own.content.bytes).toString('utf8'), bundle)
    return files.map((file) => (file === own ? fileOf(composeFile, replaced) : file))
  }
  const made =
    bundle.format === 'compose'
      ? fileOf(composeFile, composeOf(bundle))
      : fileOf('Dockerrun.aws.json', dockerrunOf(bundle))
  const others = files.filter(({ path }) => !/^(?:Dockerfile|Dockerrun\.aws\.json)$/.test(path))
  return [...others, made].toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

function fileOf(path: string, content: string): BundleFile {
  return { path, content: { bytes: Buffer.from(content) }, isExecutable: false }
}

/**
 * Environment properties reach a container only by `.env`, which the platform writes, and no proxy is before it:
 * https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/create_deploy_docker.html
 */
function composeOf({ image, containerPort }: ImageBundle): string {
  return `services:
  web:
    image: ${JSON.stringify(image)}
    ports:
      - "80:${containerPort}"
    env_file:
      - .env
    restart: always
`
}

function dockerrunOf({ image, containerPort }: ImageBundle): string {
  const content = {
    AWSEBDockerrunVersion: '1',
    Image: { Name: image, Update: 'true' },
    Ports: [{ ContainerPort: containerPort }],
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** The compose file of the user with another image for one service; comments and all else stay. */
function replaceImage(source: string, { image, composeService }: ImageBundle): string {
  const document = parseDocument(source)
  const [problem] = document.errors
  if (problem) throw mistaken(text`${untrusted(problem.message.split('\n')[0] ?? '')}`)
  const services = document.get('services')
  if (!isMap(services)) throw mistaken(text`it has no services`)
  const names = services.items.flatMap(({ key }) => (isScalar(key) ? [String(key.value)] : []))
  const name = composeService ?? (names.length === 1 ? names[0] : undefined)
  if (name === undefined || !names.includes(name))
    throw mistaken(
      name === undefined
        ? text`it has ${names.length} services (${untrusted(names.join(', '))}): set ${setting('compose-service')} to the one that gets the image`
        : text`it has no service ${untrusted(name)}, only ${untrusted(names.join(', '))}`,
    )
  document.setIn(['services', name, 'image'], image)
  document.deleteIn(['services', name, 'build'])
  return document.toString()
}

function mistaken(why: ReturnType<typeof text>): Failure {
  return new Failure({
    code: 'bundle-invalid',
    what: text`docker-compose.yml cannot be used for the image`,
    why,
    fix: text`Correct docker-compose.yml in the source directory, or remove it so that one is made. Nothing has been changed.`,
  })
}
