import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from '@jest/globals'

const root = join(import.meta.dirname, '..')
const domain = ['document', 'image', 'task-definition', 'deployment', 'diagnosis', 'report', 'config']
const adapters = ['aws', 'slack', 'github', 'docker', 'registry']

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({
    file: `src/${file}`,
    room: file.split('/')[0] ?? '',
    code: readFileSync(join(root, 'src', file), 'utf8'),
  }))

/** Modules that a file imports, statically or lazily; relative ones as paths from the root. */
function imports(file: string, code: string): string[] {
  return [...code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) =>
    name.startsWith('.') ? normalize(join(dirname(file), name)) : name,
  )
}

function offenders(rooms: readonly string[], forbidden: (imported: string, file: string) => boolean): string[] {
  return sources
    .filter(({ room }) => rooms.includes(room))
    .flatMap(({ file, code }) =>
      imports(file, code)
        .filter((name) => forbidden(name, file))
        .map((name) => `${file} imports ${name}`),
    )
}

describe('the rooms of the house', () => {
  test('the domain knows no SDK, no toolkit, no adapter, no file system, no process and no network', () => {
    const outside = /^(@aws-sdk|@smithy|@actions|@slack|node:(fs|child_process|http|https|net|process|os))/
    const rooms = new RegExp(`^src/(${[...adapters, 'runner', 'actions'].join('|')})/`)
    expect(offenders(domain, (name) => outside.test(name) || rooms.test(name))).toEqual([])
  })

  test('what happens does not depend on how it is told', () => {
    const told = domain.filter((room) => room !== 'report')
    expect(offenders(told, (name) => name.startsWith('src/report/'))).toEqual([])
  })

  test('the domain reads neither clock nor environment', () => {
    const ambient = sources.filter(
      ({ room, code }) =>
        domain.includes(room) && /\b(Date\.now|new Date\(\)|performance\.|process\.|setTimeout|setInterval)/.test(code),
    )
    expect(ambient.map(({ file }) => file)).toEqual([])
  })

  test('adapters do not know each other', () => {
    const other = (name: string, file: string) => {
      const room = /^src\/([^/]+)\//.exec(name)?.[1]
      return room !== undefined && [...adapters, 'runner', 'actions'].includes(room) && !file.startsWith(`src/${room}/`)
    }
    expect(offenders(adapters, other)).toEqual([])
  })

  test.each([
    ['@aws-sdk', 'aws'],
    ['@slack', 'slack'],
    ['@actions/core', 'runner'],
    ['@actions/github', 'github'],
    ['node:child_process', 'docker'],
  ])('only one room uses %s: %s', (library, home) => {
    const users = sources.filter(({ file, code }) =>
      imports(file, code).some((name) => name === library || name.startsWith(`${library}/`)),
    )
    expect(users.map(({ room }) => room).filter((room) => room !== home)).toEqual([])
  })

  test('nobody waits with the SDK: its waiters hide errors and call a rollback a success', () => {
    expect(sources.filter(({ code }) => /\bwaitUntil[A-Z]/.test(code)).map(({ file }) => file)).toEqual([])
  })

  test('nothing sets environment variables or PATH for later steps', () => {
    expect(sources.filter(({ code }) => /\b(exportVariable|addPath)\b/.test(code)).map(({ file }) => file)).toEqual([])
  })

  test('source files fit in 200 lines and no type check is switched off', () => {
    expect(sources.filter(({ code }) => code.split('\n').length > 201).map(({ file }) => file)).toEqual([])
    expect(
      sources
        .filter(({ code }) => /\bas any\b|: any\b|@ts-(ignore|expect-error)|biome-ignore/.test(code))
        .map(({ file }) => file),
    ).toEqual([])
  })
})
