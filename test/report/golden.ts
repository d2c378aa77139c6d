import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from '@jest/globals'

/** Compares with the file in `golden/`, which a person has read; `UPDATE_GOLDEN=1` writes it anew, for a person to read. */
export function expectGolden(name: string, actual: string): void {
  const file = join(import.meta.dirname, 'golden', name)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, actual)
  }
  expect(actual).toBe(existsSync(file) ? readFileSync(file, 'utf8') : `(no file ${name})`)
}
