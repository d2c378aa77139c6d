/** What `npm ci` meets on a machine with Node 20 or 24 and a registry of its own. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

interface Locked {
  readonly resolved?: string
  readonly engines?: { readonly node?: string }
}

const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8')
const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, Locked>> }

/** Whether one alternative of a range, such as `>=20.19` or `^20`, holds for the newest Node of a major version. */
function admits(range: string, major: number): boolean {
  const [, sign = '', first = ''] = /^\s*(>=|>|\^|~|)\s*v?(\d+|\*)/.exec(range) ?? []
  if (first === '*') return true
  return sign.startsWith('>') ? Number(first) <= major : Number(first) === major
}

test.each([20, 24])('every package takes Node %i, so that npm ci has nothing to warn of', (major) => {
  const refusing = Object.entries(packages).filter(
    ([, { engines }]) => engines?.node && !engines.node.split('||').some((range) => admits(range, major)),
  )
  expect(refusing.map(([name, { engines }]) => [name, engines?.node])).toEqual([])
})

test('the lock file names no registry: packages come from the one that npm is set to', () => {
  expect(Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
})
