import { createHash } from 'node:crypto'
import { createReadStream, type Dirent } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type IgnoreRules, isIgnored, mayReturn, noRules, parseIgnoreFile } from '../image/ignore-file.ts'
import { readRegularFile } from '../regular-file.ts'

/** The rules for what a build gets of its context: those of the Dockerfile's own ignore file, which only BuildKit reads, or of the context's. */
export interface ContextRules {
  readonly rules: IgnoreRules
  /** `<Dockerfile>.dockerignore` exists. */
  readonly isOwn: boolean
}

/** Reads the ignore file that counts (https://docs.docker.com/build/concepts/context/#filename-and-location). */
export async function readRules(folder: string, dockerfile: string): Promise<ContextRules> {
  const own = await readRegularFile(`${dockerfile}.dockerignore`)
  const content = own ?? (await readRegularFile(join(folder, '.dockerignore')))
  return {
    rules: content === undefined ? noRules : parseIgnoreFile(content.toString('utf8')),
    isOwn: own !== undefined,
  }
}

interface Entry {
  /** Relative, with `/`. */
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
}

/** Files that are read at the same time. */
const lanes = 8
/** Read at one go up to this size. Bytes. */
const small = 1024 * 1024

/**
 * SHA-256 over all that a build gets of its context: paths, kinds, permissions and contents. The times of files are left
 * out, and so is `.git`, which is another one after every checkout. Throws what the file system throws.
 */
export async function hashContext(folder: string, rules: IgnoreRules, signal: AbortSignal): Promise<string> {
  const entries = (await list(folder, '', rules)).sort((one, other) => (one.path < other.path ? -1 : 1))
  const lines: string[] = new Array(entries.length)
  let next = 0
  const work = async () => {
    for (let at = next++; at < entries.length; at = next++) {
      signal.throwIfAborted()
      const entry = entries[at]
      if (entry) lines[at] = await describe(folder, entry)
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))
  const all = createHash('sha256')
  for (const line of lines) all.update(`${line}\n`)
  return all.digest('hex')
}

async function list(folder: string, below: string, rules: IgnoreRules): Promise<Entry[]> {
  const found: Entry[] = []
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.name === '.git') continue
    const isKept = !isIgnored(rules, path)
    if (isKept) found.push({ path, kind: kindOf(entry) })
    if (entry.isDirectory() && (isKept || mayReturn(rules, path))) found.push(...(await list(folder, path, rules)))
  }
  return found
}

function kindOf(entry: Dirent): Entry['kind'] {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'folder'
  return entry.isSymbolicLink() ? 'link' : 'other'
}

/** One line for each, in which a name with a line end cannot pass for another entry. */
async function describe(folder: string, { path, kind }: Entry): Promise<string> {
  const place = join(folder, path)
  const { mode, size } = await lstat(place)
  const content = kind === 'file' ? await hashFile(place, size) : kind === 'link' ? await readlink(place) : ''
  const permissions = kind === 'link' ? '' : (mode & 0o7777).toString(8)
  return JSON.stringify([path, kind, permissions, content])
}

async function hashFile(path: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  if (size <= small) return hash.update(await readFile(path)).digest('hex')
  for await (const chunk of createReadStream(path, { highWaterMark: small })) hash.update(chunk)
  return hash.digest('hex')
}
