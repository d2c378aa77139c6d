import { type Text, text, untrusted } from '../../text.ts'
import type { ObjectSettings, SyncPart } from '../parts.ts'
import type { Effects } from './effects.ts'
import { type Options, optionTable, readOptions } from './options.ts'
import { token } from './variables.ts'

const printed = 'no-progress! only-show-errors! quiet! output color no-cli-pager!'
const settings = 'cache-control content-type sse sse-kms-key-id region dryrun!'
/** How files are compared, which Slipway does by their content. */
const compared = 'size-only! exact-timestamps! follow-symlinks!'
const syncOptions = optionTable(`delete! exclude include ${settings} ${compared} ${printed}`)
const copyOptions = optionTable(`recursive! exclude include ${settings} follow-symlinks! ${printed}`)
const invalidationOptions = optionTable('distribution-id paths query output region no-cli-pager!')
const waitOptions = optionTable('distribution-id id region no-cli-pager!')

/** `aws s3 sync` and `aws s3 cp`. Undefined: done; else why not. */
export function applyS3(words: readonly string[], effects: Effects): Text | undefined {
  const [operation, ...given] = words
  const rest = given.map((word, at) => (word === '--sse' && isOption(given[at + 1]) ? '--sse=AES256' : word))
  if (operation === 'sync') return sync(readOptions(rest, syncOptions), effects)
  if (operation === 'cp') return copy(readOptions(rest, copyOptions), effects)
  return text`aws s3 ${untrusted(operation ?? '')} has no counterpart in Slipway`
}

/** `--sse` alone is AES256 (AWS CLI, `aws s3 sync`). */
function isOption(next: string | undefined): boolean {
  return next === undefined || next.startsWith('--')
}

const acl = text`--acl has no counterpart: let the policy of the bucket allow the reads (of CloudFront by OAC), remove --acl, and repeat the command`

function unknownOption({ unknown }: Options, command: string): Text | undefined {
  if (unknown === undefined) return undefined
  return unknown === '--acl'
    ? acl
    : text`the option ${untrusted(unknown)} of aws s3 ${command} has no counterpart in Slipway`
}

function sync(options: Options, effects: Effects): Text | undefined {
  const obstacle = unknownOption(options, 'sync')
  if (obstacle) return obstacle
  const [from = '', to = ''] = options.operands
  const place = placeOf(to)
  if (place === undefined || from.startsWith('s3://') || options.operands.length !== 2)
    return text`aws s3 sync is translated from a folder to a bucket`
  const selection = selectionOf(options)
  if (selection === undefined)
    return text`--include is translated behind --exclude "*" alone: the order of the two decides`
  const prefix = place.key.replace(/\/$/, '')
  const [folder, deletes] = [plainFolder(from), options.options.has('delete')]
  effects.parts.push({
    kind: 'sync',
    folder,
    bucket: place.bucket,
    prefix,
    selection,
    deletes,
    settings: settingsOf(options),
  })
  return undefined
}

function copy(options: Options, effects: Effects): Text | undefined {
  const obstacle = unknownOption(options, 'cp')
  if (obstacle) return obstacle
  if (options.options.has('recursive')) return sync(options, effects)
  const [file = '', to = ''] = options.operands
  const place = placeOf(to)
  if (place === undefined || file.startsWith('s3://') || file === '-' || options.operands.length !== 2)
    return text`aws s3 cp is translated from a file to a bucket`
  if (options.options.has('exclude') || options.options.has('include'))
    return text`aws s3 cp of a file with --exclude or --include is not translated`
  effects.parts.push({ kind: 'copy', file: file.replace(/^\.\//, ''), ...place, settings: settingsOf(options) })
  return undefined
}

function plainFolder(path: string): string {
  const plain = path.replace(/^\.\//, '').replace(/\/$/, '')
  return plain === '' ? '.' : plain
}

/** `s3://bucket/key`; a slash inside an expression separates nothing. */
function placeOf(address: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key = ''] = /^s3:\/\/((?:\$\{\{[\s\S]*?\}\}|[^/])+)(?:\/([\s\S]*))?$/.exec(address) ?? []
  return bucket === undefined ? undefined : { bucket, key }
}

function selectionOf({ options }: Options): SyncPart['selection'] | undefined {
  const [but, only] = [options.get('exclude') ?? [], options.get('include') ?? []]
  if (only.length === 0) return { but }
  return but.length === 1 && but[0] === '*' ? { only } : undefined
}

function settingsOf({ options }: Options): ObjectSettings {
  const one = (name: string) => options.get(name)?.at(-1)
  return {
    cacheControl: one('cache-control'),
    contentType: one('content-type'),
    encryption: one('sse'),
    kmsKey: one('sse-kms-key-id'),
    region: one('region'),
    isDryRun: options.has('dryrun'),
  }
}

/** `aws cloudfront create-invalidation` and its wait. Undefined: done; else why not. */
export function applyCloudFront(words: readonly string[], effects: Effects): Text | undefined {
  const [operation = '', ...rest] = words
  if (operation === 'create-invalidation') return invalidate(rest, effects)
  if (operation === 'wait' && rest[0] === 'invalidation-completed') return waitFor(rest.slice(1), effects)
  return text`aws cloudfront ${untrusted(operation)} has no counterpart in Slipway`
}

function invalidate(words: readonly string[], effects: Effects): Text | undefined {
  const at = words.indexOf('--paths')
  const behind = at < 0 ? [] : words.slice(at + 1)
  const count = behind.findIndex((word) => word.startsWith('--'))
  const paths = (count < 0 ? behind : behind.slice(0, count)).flatMap((path) => path.split(/\s+/))
  const others = words.filter((_, index) => index < at || at < 0 || index > at + (count < 0 ? behind.length : count))
  const { options, unknown } = readOptions(others, invalidationOptions)
  const distribution = options.get('distribution-id')?.at(-1)
  if (unknown !== undefined || distribution === undefined || paths.length === 0)
    return text`aws cloudfront create-invalidation is translated with --distribution-id and --paths`
  effects.parts.push({ kind: 'invalidation', distribution, paths })
  return undefined
}

function waitFor(words: readonly string[], effects: Effects): Text | undefined {
  const { options, unknown } = readOptions(words, waitOptions)
  const id = options.get('id')?.at(-1)
  if (unknown !== undefined || !effects.parts.some(({ kind }) => kind === 'invalidation') || !id?.includes(token))
    return text`aws cloudfront wait is translated behind the create-invalidation whose ID it has`
  effects.parts.push({ kind: 'invalidated' })
  return undefined
}

/** Whether the words print the ID of a new invalidation, for a variable. */
export function printsInvalidation(words: readonly string[]): boolean {
  const query = words.indexOf('--query')
  return (
    words.slice(0, 3).join(' ') === 'aws cloudfront create-invalidation' &&
    query > 0 &&
    /^["']?Invalidation\.Id["']?$/.test(words[query + 1] ?? '')
  )
}
