import { redactLines } from '../../../diagnosis/redact-lines.ts'
import { type ZipEntry, zipContent, zipEntries } from '../../../document/zip-file.ts'

/** What the log of a deployment to a cluster has of one pod, without credentials. */
export interface PodLog {
  readonly name: string
  /** Its Kubernetes events, oldest first. */
  readonly events: readonly string[]
  /** Last lines of its containers. */
  readonly lines: readonly string[]
}

/** The log of a deployment to a cluster. */
export interface ClusterLog {
  /** Events of the namespace that are of no pod. */
  readonly events: readonly string[]
  readonly pods: readonly PodLog[]
  /** Files that are damaged, or too long to be read. */
  readonly unread: readonly string[]
}

/** Bytes: of the ZIP file, of one of its files and of all together. AWS cuts the log of each container at 5 MiB. */
export const mostPacked = 32 * 1024 * 1024
const mostOfOne = 16 * 1024 * 1024
const mostOfAll = 64 * 1024 * 1024
/** Characters that are searched for credentials, from the end, and lines that are shown of them. */
const mostCharacters = 64 * 1024
const mostEvents = 40
const mostLines = 50

/**
 * Reads the ZIP file: `1-environment/_k8Events.txt` and `1-environment/<pod>.txt`, with a block `=====EVENTS=====` before one
 * `=====LOGS=====`. Developer guide, "Deployment log contents for Beanstalk Cluster environments".
 */
export function readClusterLog(bytes: Uint8Array): ClusterLog {
  const files = zipEntries(bytes).filter(({ name }) => name.endsWith('.txt'))
  let left = mostOfAll
  const unread: string[] = []
  const texts = files.flatMap((entry) => {
    const text = entry.size > Math.min(mostOfOne, left) ? undefined : textOf(bytes, entry)
    if (text === undefined) unread.push(entry.name)
    left -= text === undefined ? 0 : entry.size
    return text === undefined ? [] : [{ name: entry.name.replace(/^.*\//s, '').replace(/\.txt$/, ''), text }]
  })
  const isShared = ({ name }: { readonly name: string }) => name === '_k8Events'
  return {
    events: texts.filter(isShared).flatMap(({ text }) => lastLines(text, mostEvents)),
    pods: texts.filter((file) => !isShared(file)).map(podLog),
    unread,
  }
}

function textOf(bytes: Uint8Array, entry: ZipEntry): string | undefined {
  const content = zipContent(bytes, entry)
  return content && Buffer.from(content).toString('utf8')
}

const logs = /^=====LOGS=====\s*$/m

function podLog({ name, text }: { readonly name: string; readonly text: string }): PodLog {
  const at = logs.exec(text)
  const [events, lines] = at ? [text.slice(0, at.index), text.slice(at.index + at[0].length)] : [text, '']
  return {
    name,
    events: lastLines(events.replace(/^\s*=====EVENTS=====\s*$/m, ''), mostEvents),
    lines: lastLines(lines, mostLines),
  }
}

/** Redacted before it is cut to lines, as a credential may span several; the first line, of which a part may be missing, is left out. */
function lastLines(text: string, most: number): readonly string[] {
  const isCut = text.length > mostCharacters
  const end = isCut ? text.slice(-mostCharacters) : text
  const whole = isCut ? end.slice(end.indexOf('\n') + 1) : end
  return redactLines(whole.split(/\r?\n/))
    .filter((line) => line.trim() !== '')
    .slice(-most)
}
