import { readFileSync } from 'node:fs'
import { zipEntries } from '../../document/zip-file.ts'
import { Failure, type FailureCode } from '../../failure.ts'
import { statusOf } from '../../runner/folder.ts'
import { setting, type Text, text, untrusted } from '../../text.ts'
import { largestBundle, tooLarge } from './list-files.ts'

const mistaken = (path: string, why: Text, code: FailureCode = 'bundle-invalid') =>
  new Failure({
    code,
    what: text`The file ${untrusted(path)} of ${setting('deployment-package-path')} is no source bundle`,
    why,
    fix: text`Give a ZIP, WAR or JAR file, or set ${setting('source-directory')} so that this action makes the bundle. Nothing has been changed.`,
  })

/** The bytes of a bundle that an earlier step made. `full`: its absolute path. */
export function readPackage(path: string, full: string): Uint8Array {
  const stat = statusOf(full)
  if (typeof stat === 'string') throw mistaken(path, text`${untrusted(stat)}`, 'file-unreadable')
  if (stat === undefined) throw mistaken(path, text`ENOENT: the file does not exist`, 'file-unreadable')
  if (!stat.isFile()) throw mistaken(path, text`it is not a regular file`)
  if (stat.size > largestBundle) throw tooLarge(stat.size)
  const bytes = readFileSync(full)
  // APPNOTE.TXT 4.3.7 and 4.3.16: a local file header, or the end of an empty archive.
  if (bytes.subarray(0, 2).toString('latin1') !== 'PK')
    throw mistaken(path, text`it does not start with the signature of a ZIP file (PK)`)
  return bytes
}

/** Names of the entries of a ZIP file. */
export function namesIn(bytes: Uint8Array): readonly string[] {
  return zipEntries(bytes).map(({ name }) => name)
}

/** What of a bundle will likely make its deployment fail. */
export function doubtsAbout(names: readonly string[]): readonly string[] {
  const folders = new Set(names.map((name) => name.split('/')[0]))
  const hasRootFile = names.some((name) => !name.includes('/'))
  const isNested = names.length > 0 && folders.size === 1 && !hasRootFile
  return [
    ...(isNested
      ? [`All files of the bundle are in the folder ${[...folders][0]}: Elastic Beanstalk expects them at the root.`]
      : []),
    ...(names.some((name) => name.startsWith('__MACOSX/'))
      ? ['The bundle contains __MACOSX, which breaks some platforms: zip it with zip -X -x "__MACOSX/*".']
      : []),
  ]
}
