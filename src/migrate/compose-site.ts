import { type Text, text, untrusted } from '../text.ts'
import { cliPattern } from './cli-pattern.ts'
import { type Composed, type CopyPart, distinct, type ObjectSettings, type Part, pair, type SyncPart } from './parts.ts'

/** Files that one command sends, by patterns of `deploy-site`. */
interface Pass {
  readonly selection: { readonly but: readonly string[] } | { readonly only: readonly string[] }
  readonly settings: ObjectSettings
}

/** Why a site becomes one step. */
export const siteReason = text`only what changed is sent, assets first and pages last; the invalidation belongs to it, and a release can be rolled back`

/** `aws s3 sync` and an invalidation as one step, or why they are none. */
export function composeSite(parts: readonly Part[]): Composed | Text {
  const syncs = parts.filter((part) => part.kind === 'sync')
  const invalidations = parts.filter((part) => part.kind === 'invalidation')
  const [first] = syncs
  if (first === undefined)
    return text`no aws s3 sync that is translated is in this step or directly before it: the invalidation of a site belongs to actions/deploy-site, and that of an API is after.invalidate in slipway.yml`
  if (invalidations.length === 0)
    return text`no invalidation of CloudFront is in this step or directly behind it, so it may be no site: actions/deploy-site deploys sites, docs/migrate.md, "Static sites"`
  const place = ({ folder, bucket, prefix }: SyncPart) => `${folder}\n${bucket}\n${prefix}`
  if (distinct(syncs.map(place)).length > 1) return text`it syncs several folders or places: one step for each site`
  const passes = passesOf(parts, first)
  if ('why' in passes) return passes.why
  const rules = rulesOf(passes.passes)
  return 'why' in rules ? rules.why : composed(parts, first, rules)
}

/** What cannot be translated. */
interface Obstacle {
  readonly why: Text
}

function passesOf(parts: readonly Part[], site: SyncPart): { readonly passes: readonly Pass[] } | Obstacle {
  const passes: Pass[] = []
  for (const part of parts) {
    if (part.kind !== 'sync' && part.kind !== 'copy') continue
    const selection = part.kind === 'sync' ? part.selection : fileOf(part, site)
    if (selection === undefined)
      return {
        why: text`the file ${untrusted((part as CopyPart).file)} is not one of the folder that is synced, or gets another name`,
      }
    const patterns = 'but' in selection ? selection.but : selection.only
    const unknown = patterns.find((pattern) => cliPattern(pattern) === undefined)
    if (unknown !== undefined) return { why: text`the pattern ${untrusted(unknown)} has no equal in the input exclude` }
    passes.push({ selection, settings: part.settings })
  }
  return { passes }
}

/** The file of a copy below the folder that is synced. */
function fileOf({ file, bucket, key }: CopyPart, site: SyncPart): Pass['selection'] | undefined {
  const folder = site.folder === '.' ? '' : `${site.folder}/`
  if (!file.startsWith(folder) || bucket !== site.bucket) return undefined
  const path = file.slice(folder.length)
  const place = `${site.prefix === '' ? '' : `${site.prefix}/`}${path}`
  const named = key === '' || key.endsWith('/') ? `${key}${path.split('/').at(-1)}` : key
  return named === place ? { only: [path] } : undefined
}

function composed(parts: readonly Part[], site: SyncPart, rules: Rules): Composed | Text {
  const { excludes, cacheControl, contentType } = rules
  const sent = parts.filter((part) => part.kind === 'sync' || part.kind === 'copy')
  const invalidations = parts.filter((part) => part.kind === 'invalidation')
  const settings = sent.map((part) => part.settings)
  const one = (of: (given: ObjectSettings) => string | undefined) => distinct(settings.map(of))
  const [regions, encryptions, keys] = [one((s) => s.region), one((s) => s.encryption), one((s) => s.kmsKey)]
  if (Math.max(regions.length, encryptions.length, keys.length) > 1)
    return text`its commands have several regions or encryptions`
  const deletes = sent.some((part) => part.kind === 'sync' && part.deletes)
  const isAll = invalidations.some(({ paths }) => paths.includes('/*'))
  const isAwaited = parts.some(({ kind }) => kind === 'invalidated')
  return {
    action: 'deploy-site',
    inputs: [
      ...pair('folder', site.folder),
      ...pair('bucket', site.bucket),
      ...pair('prefix', site.prefix === '' ? undefined : site.prefix),
      ...pair('distribution-id', distinct(invalidations.map(({ distribution }) => distribution)).join(',')),
      ...pair('exclude', lines(excludes)),
      ...pair('cache-control', lines(cacheControl)),
      ...pair('content-type', lines(contentType)),
      ...pair('encryption', encryptions[0]),
      ...pair('kms-key-id', keys[0]),
      ...(deletes ? [] : pair('delete-removed', 'false')),
      ...(isAll ? pair('invalidation', 'all') : []),
      ...(isAwaited ? [] : pair('wait-for-invalidation', 'false')),
      ...(settings.some(({ isDryRun }) => isDryRun) ? pair('dry-run', 'true') : []),
      ...pair('aws-region', regions[0]),
    ],
    why: siteReason,
    advice: siteAdvice({ deletes, isAll, isAwaited, isCached: cacheControl.length > 0 }),
  }
}

function lines(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join('\n')
}

interface Rules {
  readonly excludes: readonly string[]
  readonly cacheControl: readonly string[]
  readonly contentType: readonly string[]
}

/** What all commands together send, and with which headers: of several commands for a file, the last one decides. */
function rulesOf(passes: readonly Pass[]): Rules | Obstacle {
  const whole = passes.filter(({ selection }) => 'but' in selection)
  const [base] = whole
  if (base === undefined || whole.length > 1)
    return {
      why: text`its commands do not send each file of the folder once: one of all files, with --exclude for those of the others, is translated`,
    }
  const but = 'but' in base.selection ? base.selection.but : []
  const others = passes.filter((pass) => pass !== base)
  const only = others.flatMap(({ selection }) => ('only' in selection ? selection.only : []))
  const isBefore = passes.indexOf(base) > 0
  if (isBefore && only.some((pattern) => !but.includes(pattern)))
    return { why: text`a file is sent by several commands, of which the last one is for all files` }
  if (base.settings.contentType !== undefined) return { why: text`its --content-type is for all files` }
  const { cacheControl } = base.settings
  if (cacheControl !== undefined && others.some(({ settings }) => settings.cacheControl === undefined))
    return { why: text`one of its commands has no --cache-control` }
  const ruled = others.toReversed().flatMap(({ selection, settings }) => rulesFor(selection, settings))
  const all = cacheControl === undefined ? [] : [ruled.length > 0 ? `**: ${cacheControl}` : cacheControl]
  const named = (of: 'cacheControl' | 'contentType') => ruled.flatMap((rule) => rule[of] ?? [])
  return {
    excludes: but.filter((pattern) => !only.includes(pattern)).map((pattern) => cliPattern(pattern) ?? ''),
    cacheControl: [...named('cacheControl'), ...all],
    contentType: named('contentType'),
  }
}

function rulesFor(selection: Pass['selection'], { cacheControl, contentType }: ObjectSettings) {
  const patterns = 'only' in selection ? selection.only.map((pattern) => cliPattern(pattern) ?? '') : []
  return patterns.map((pattern) => ({
    cacheControl: cacheControl === undefined ? undefined : `${pattern}: ${cacheControl}`,
    contentType: contentType === undefined ? undefined : `${pattern}: ${contentType}`,
  }))
}

/** What is not quite as before. */
export function siteAdvice(site: {
  readonly deletes: boolean
  readonly isAll: boolean
  readonly isAwaited: boolean
  readonly isCached: boolean
}): readonly Text[] {
  return [
    ...(site.deletes
      ? [
          text`files are deleted once keep-releases and keep-days have passed, so that loaded pages miss none, and objects from before the first release by Slipway stay`,
        ]
      : []),
    ...(site.isCached
      ? []
      : [text`files get Cache-Control by their names, where they had none: cache-control changes it`]),
    ...(site.isAll
      ? [text`all paths are invalidated, as before: without invalidation: all only those of what was replaced`]
      : []),
    ...(site.isAwaited
      ? []
      : [text`the invalidation is not awaited, as before: without wait-for-invalidation: false the step waits for it`]),
  ]
}
