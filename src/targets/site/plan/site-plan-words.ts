import type { Change, Plan, PlanFact } from '../../../deployment/plan.ts'
import type { Version } from '../../../deployment/version.ts'
import { asName, type Text, text, untrusted } from '../../../text.ts'
import type { PastRelease } from '../release/site-state.ts'
import type { SiteRequest } from '../request/site-request.ts'
import type { Comparison, FileChange } from './compare-files.ts'
import type { Reading } from './read-site.ts'

/** A release as a version. */
export function versionOf({ id }: Pick<PastRelease, 'id'>): Version {
  return { id, label: id }
}

/** `, after a canary of 10 % of the sessions for 10 minutes`. */
function canaryText({ canary }: SiteRequest): Text {
  if (canary === undefined) return []
  const { weight, minutes, header } = canary
  const whom = weight === undefined ? `requests with ${header?.name}` : `${weight} % of the sessions`
  return text`, after a canary of ${untrusted(whom)} for ${minutes} minutes`
}

const mostChanges = 100

/** The plan of a site, in words that every channel shows. */
export function planInWords(reading: Reading, request: SiteRequest, to: Version | undefined): Plan {
  const { comparison, found, wanted } = reading
  const { live, pending, canary } = found.state
  const isServed = reading.pointers.every(({ folder }) => folder === (live?.folder ?? ''))
  const isSame = comparison.changes.length === 0 && comparison.gone.length === 0
  const isDone = live?.digest === wanted.digest && isSame && isServed
  const bytes = wanted.files.reduce((sum, { size }) => sum + size, 0)
  const name = `${request.bucket}/${request.prefix}`
  return {
    does:
      isDone && pending === undefined && canary === undefined ? 'nothing' : live === undefined ? 'creates' : 'deploys',
    from: live && versionOf(live),
    to: isDone ? live && versionOf(live) : to,
    method: {
      label: text`S3 with CloudFront`,
      deploys:
        request.publish === 'origin-path'
          ? text`by OriginPath of CloudFront (a folder for each release${canaryText(request)})`
          : text`by Amazon S3 (assets first, pages last)`,
      rollsBack: request.publish === 'origin-path' ? text`by OriginPath of CloudFront` : text`by Amazon S3`,
    },
    facts: factsOf(reading, request),
    settings: [],
    changes: changesOf(comparison),
    changesOf: 'Files',
    artifacts: [{ kind: 'Files', name, from: live?.id, to: `${wanted.files.length} files, ${sizeText(bytes)}` }],
    basis: wanted.of && untrusted(`release ${wanted.of.id} was live before`),
  }
}

/** The plan of what is sent before the release: files that no page of the live one asks for. */
export function assetsPlan(reading: Reading, request: SiteRequest, to: Version): Plan {
  const { changes } = reading.comparison
  const bytes = changes.reduce((sum, { file }) => sum + file.size, 0)
  const plan = planInWords(reading, request, to)
  const name = `${request.bucket}/${request.prefix}`
  return {
    ...plan,
    does: changes.length === 0 ? 'nothing' : 'deploys',
    from: undefined,
    to,
    facts: plan.facts.slice(0, 1),
    artifacts: [{ kind: 'Files', name, to: `${changes.length} assets, ${sizeText(bytes)}` }],
    stays: untrusted('no page requests its files yet, and they expire'),
  }
}

function factsOf({ comparison, distributions, live }: Reading, request: SiteRequest): readonly PlanFact[] {
  const { changes, same, gone } = comparison
  const sent = changes.filter(({ kind, file }) => kind !== 'headers' && file.content !== undefined)
  const bytes = sent.reduce((sum, { file }) => sum + file.size, 0)
  const copied = changes.length - sent.length + (request.publish === 'origin-path' ? same.size : 0)
  const kept = (live?.kept.size ?? 0) + gone.length
  const counts = [
    text`${sent.length} to send (${sizeText(bytes)})`,
    ...(copied > 0 ? [text`${copied} to copy inside the bucket`] : []),
    ...(request.publish === 'origin-path' ? [] : [text`${same.size} unchanged`]),
    ...(kept > 0 ? [text`${kept} of earlier releases stay or expire`] : []),
  ]
  const names = distributions.map(({ id }) => id).join(', ')
  return [
    fact('Objects', 'objects ', joined(counts)),
    fact('Invalidation', 'invalidate', invalidationText(names, request)),
  ]
}

function invalidationText(names: string, { invalidation }: SiteRequest): Text {
  if (names === '') return text`none: distribution-id is empty`
  return invalidation === 'off' ? text`none: invalidation is off` : text`${invalidation} on ${asName(names)}`
}

const joined = (parts: readonly Text[]): Text => parts.flatMap((part, index) => (index === 0 ? part : [', ', ...part]))

const fact = (label: string, short: string, value: Text): PlanFact => ({ label, value, line: text`${short} ${value}` })

function changesOf({ changes, gone }: Comparison): readonly Change[] {
  const all = [
    ...changes.map(changeOf),
    ...gone.map((path) => ({ path, from: 'live', to: 'kept for pages already loaded' })),
  ]
  const more = all.length - mostChanges
  return more > 0 ? [...all.slice(0, mostChanges), { path: `and ${more} more`, to: 'changed' }] : all
}

function changeOf({ kind, file }: FileChange): Change {
  const size = sizeText(file.size)
  if (kind === 'new') return { path: file.path, to: size }
  return { path: file.path, from: 'live', to: kind === 'headers' ? 'other headers' : size }
}

/** `12.3 KiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}
