/**
 * Builds an OCI image layout from files, without Docker: one layer, fixed times, so the same files give the same digest.
 * The demo and the tests push it where no engine runs.
 */
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface LayoutFile {
  readonly content: string | Uint8Array
  /** Default 0o644. */
  readonly mode?: number
}

export interface LayoutOptions {
  /** By absolute path in the image. */
  readonly files: Readonly<Record<string, string | Uint8Array | LayoutFile>>
  readonly entrypoint: readonly string[]
  readonly command?: readonly string[]
  /** `NAME=value` */
  readonly environment?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  /** Of each manifest. */
  readonly annotations?: Readonly<Record<string, string>>
  /** Several make an index. Default `amd64`. */
  readonly architecture?: string | readonly string[]
  /** Such as `8080/tcp`. */
  readonly ports?: readonly string[]
  readonly user?: string
  readonly workingDirectory?: string
  /** `org.opencontainers.image.ref.name` of the image in index.json. */
  readonly name?: string
}

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string }
  readonly annotations?: Readonly<Record<string, string>>
}

export const layoutTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

/** Files of a layout by their path in it, and the digest of the image. */
export function buildLayout(options: LayoutOptions): {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly digest: string
} {
  const files = new Map<string, Uint8Array>()
  const put = (mediaType: string, content: Uint8Array): Descriptor => {
    const hex = sha256(content)
    files.set(`blobs/sha256/${hex}`, content)
    return { mediaType, digest: `sha256:${hex}`, size: content.length }
  }
  const document = (mediaType: string, value: object) => put(mediaType, Buffer.from(JSON.stringify(value)))
  const tar = buildTar(options.files)
  const layer = put(layoutTypes.layer, gzip(tar))
  const architectures = [options.architecture ?? 'amd64'].flat()
  const images = architectures.map((architecture) => {
    const config = document(layoutTypes.config, {
      architecture,
      os: 'linux',
      config: {
        Entrypoint: options.entrypoint,
        Cmd: options.command,
        Env: options.environment,
        Labels: options.labels,
        User: options.user,
        WorkingDir: options.workingDirectory,
        ExposedPorts: options.ports && Object.fromEntries(options.ports.map((port) => [port, {}])),
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(tar)}`] },
    })
    const manifest = document(layoutTypes.manifest, {
      schemaVersion: 2,
      mediaType: layoutTypes.manifest,
      config,
      layers: [layer],
      annotations: options.annotations,
    })
    return { ...manifest, platform: { os: 'linux', architecture } }
  })
  const [only] = images
  const root =
    images.length === 1 && only
      ? only
      : document(layoutTypes.index, { schemaVersion: 2, mediaType: layoutTypes.index, manifests: images })
  const annotations =
    options.name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': options.name } }
  files.set('oci-layout', Buffer.from(JSON.stringify({ imageLayoutVersion: '1.0.0' })))
  files.set(
    'index.json',
    Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: layoutTypes.index, manifests: [{ ...root, ...annotations }] }),
    ),
  )
  return { files, digest: root.digest }
}

/** Writes a layout into a directory, which is made. */
export async function writeLayout(directory: string, options: LayoutOptions): Promise<{ readonly digest: string }> {
  const { files, digest } = buildLayout(options)
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true })
  for (const [path, content] of files) await writeFile(join(directory, path), content)
  return { digest }
}

/** Writes a layout as one uncompressed tar, as `docker buildx build --output type=oci` does. */
export async function writeLayoutArchive(path: string, options: LayoutOptions): Promise<{ readonly digest: string }> {
  const { files, digest } = buildLayout(options)
  await writeFile(path, buildTar(Object.fromEntries(files)))
  return { digest }
}

/** A gzip stream without time and without the name of an operating system (RFC 1952, byte 9). */
function gzip(content: Uint8Array): Uint8Array {
  const compressed = gzipSync(content, { level: 6 })
  compressed[9] = 255
  return compressed
}

/** A ustar archive: parents before their files, everything owned by root at the start of 1970. */
export function buildTar(files: Readonly<Record<string, string | Uint8Array | LayoutFile>>): Buffer {
  const entries = Object.entries(files).map(([path, file]) => ({ path: path.replace(/^\//, ''), file: asFile(file) }))
  const directories = new Set(entries.flatMap(({ path }) => parents(path)))
  return Buffer.concat([
    ...[...directories].sort().map((path) => header(`${path}/`, 0, 0o755, '5')),
    ...entries
      .sort((one, other) => (one.path < other.path ? -1 : 1))
      .flatMap(({ path, file }) => {
        const content = Buffer.from(file.content)
        return [
          header(path, content.length, file.mode ?? 0o644, '0'),
          content,
          Buffer.alloc((512 - (content.length % 512)) % 512),
        ]
      }),
    Buffer.alloc(1024),
  ])
}

function asFile(file: string | Uint8Array | LayoutFile): LayoutFile {
  return typeof file === 'string' || file instanceof Uint8Array ? { content: file } : file
}

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function header(path: string, size: number, mode: number, type: string): Buffer {
  const block = Buffer.alloc(512)
  const slash = path.length > 100 ? path.lastIndexOf('/', 155) : -1
  block.write(path.slice(slash + 1), 0, 100)
  if (slash > 0) block.write(path.slice(0, slash), 345, 155)
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  block.write('        ', 148)
  block.write(type, 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
