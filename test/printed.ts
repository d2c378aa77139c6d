/** What a page shows of the output: its blocks without a language. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const block = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm

/** The printed blocks of a page, each as one line: pages wrap what a log does not. */
export function printedOn(page: string): readonly string[] {
  const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(block)]
  return blocks.filter(([, , language]) => language === '').map(([, , , content = '']) => oneLine(content))
}

/** A page without its printed blocks. */
export function withoutPrinted(markdown: string): string {
  return markdown.replace(block, (whole, _, language: string) => (language === '' ? '' : whole))
}

/** As one line with single spaces. */
export function oneLine(printed: string): string {
  return printed.replace(/\s+/g, ' ').trim()
}

/** Without what differs from run to run: times and counts. */
export function withoutNumbers(printed: string): string {
  return printed.replace(/\d+/g, '#').replace(/#m #s/g, '#s')
}
