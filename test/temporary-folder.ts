import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []

/** A new folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-')))
  folders.push(folder)
  return folder
}

// Not there in benches, which tidy up themselves.
const { afterAll } = globalThis as { afterAll?: (clean: () => void) => void }
afterAll?.(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
