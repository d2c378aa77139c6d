import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { nearest } from './mutation/nearest.ts'

const root = join(import.meta.dirname, '..')
const domain = ['document', 'image', 'task-definition', 'deployment', 'targets', 'diagnosis', 'report', 'config']
const adapters = ['aws', 'slack', 'git', 'github', 'docker', 'registry']

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

const importsOf = new Map(sources.map(({ file, code }) => [file, imports(file, code)]))

/** A shortest way over imports from a file back to itself; undefined: the file is in no circle. */
function circleOf(file: string): readonly string[] | undefined {
  const ways = [[file]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const next of importsOf.get(way.at(-1) ?? '') ?? []) {
      if (next === file) return [...way, file]
      if (!seen.has(next)) ways.push([...way, next])
      seen.add(next)
    }
  }
  return undefined
}

/** Without comments and imports. */
function statements(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|^import [\s\S]*? from '.*'$/gm, '')
}

describe('the modules', () => {
  test('the domain knows no SDK, no toolkit, no adapter, no file system, no process and no network', () => {
    const outside = /^(@aws-sdk|@smithy|@actions|@slack|node:(fs|child_process|http|https|net|process|os))/
    const rooms = new RegExp(`^src/(${[...adapters, 'http', 'runner', 'actions'].join('|')})/`)
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

  test('a module of targets/ecs imports only modules before it in the life of a deployment', () => {
    const order = [
      ...'request facts strategy codedeploy-group network preflight watch codedeploy'.split(' '),
      ...'finish tasks prepare change locate rollback to-native deploy-service.ts index.ts'.split(' '),
    ]
    const levelOf = (path: string) => order.indexOf(/^src\/targets\/ecs\/([^/]+)/.exec(path)?.[1] ?? '')
    const upwards = (name: string, file: string) =>
      file.startsWith('src/targets/ecs/') && name.startsWith('src/targets/ecs/') && levelOf(name) > levelOf(file)
    expect(offenders(['targets'], upwards)).toEqual([])
    const files = sources.filter(({ file }) => file.startsWith('src/targets/ecs/')).map(({ file }) => file)
    expect(files.filter((file) => levelOf(file) < 0)).toEqual([])
  })

  test('a module imports only modules below it in the list of ARCHITECTURE.md: what a lower one needs moves down', () => {
    const order = [
      ...'cli actions runner aws github git slack docker registry config report targets deployment'.split(' '),
      ...'task-definition diagnosis migrate image document http ports'.split(' '),
    ]
    const levelOf = (path: string) =>
      order.indexOf(/^src\/(?:([^/]+)\/|(ports)\.ts)/.exec(path)?.slice(1).join('') ?? '')
    const upwards = (name: string, file: string) => {
      const [from, to] = [levelOf(file), levelOf(name)]
      return name.startsWith('src/') && to >= 0 && from >= 0 && to < from
    }
    expect(offenders([...new Set(sources.map(({ room }) => room))], upwards)).toEqual([])
    const rooms = sources.filter(({ file }) => file.split('/').length > 2).map(({ room }) => room)
    expect(rooms.filter((room) => !order.includes(room))).toEqual([])
  })

  test('a target has one entry point: from outside only its index.ts is imported, its request, its rules of settings and its names of groups', () => {
    const rules = ['strategy/lifecycle-hook-rules.ts', 'codedeploy-group/group-name.ts'].map(
      (name) => `src/targets/ecs/${name}`,
    )
    const isOpen = (name: string) => /\/(index\.ts|request\/[^/]+)$/.test(name) || rules.includes(name)
    const inside = (name: string, file: string) =>
      name.startsWith('src/targets/') && !file.startsWith('src/targets/') && !isOpen(name)
    expect(offenders([...domain, ...adapters, 'actions', 'cli'], inside)).toEqual([])
  })

  test('a target imports no view, no action, no configuration, and of other targets only what a task shares with a service', () => {
    const shared = /^src\/targets\/ecs\/(request|facts|tasks|preflight|finish)\//
    const targetOf = (path: string) => /^src\/targets\/([^/]+)\//.exec(path)?.[1]
    const foreign = (name: string, file: string) => {
      const target = targetOf(name)
      const isOther = target !== undefined && target !== targetOf(file)
      return /^src\/(report|actions|config)\//.test(name) || (isOther && !shared.test(name))
    }
    expect(offenders(['targets'], foreign)).toEqual([])
  })

  test('what all targets share names no service of AWS: a target says it in words and rows of an event', () => {
    const aws = /\b(ecs|codedeploy|taskDefinition|task-definition|cluster|beanstalk|cloudfront|s3)\b/i
    const naming = sources.filter(
      ({ room, code }) => ['deployment', 'report'].includes(room) && aws.test(statements(code)),
    )
    expect(naming.map(({ file }) => file)).toEqual([])
  })

  test('what all targets share imports itself, causes and a few ports: a target is opened by an action and handed in', () => {
    const ports = 'commit-history credentials environment-history json slack'
      .split(' ')
      .map((name) => `src/ports/${name}.ts`)
    const allowed: Readonly<Record<string, RegExp>> = {
      deployment: /^src\/(deployment|diagnosis)\//,
      report: /^src\/(report|deployment|diagnosis)\//,
      diagnosis: /^src\/(diagnosis|image)\//,
    }
    const other = (name: string, file: string) => {
      const isGround = /^src\/[^/]+\.ts$/.test(name) && name !== 'src/ports.ts'
      const isOwn = allowed[file.split('/')[1] ?? '']?.test(name) ?? false
      return name.startsWith('src/') && !isGround && !isOwn && !ports.includes(name)
    }
    expect(offenders(Object.keys(allowed), other)).toEqual([])
  })

  test('the ports of ECS and CodeDeploy are for its target, for definitions and for who opens them', () => {
    const ports = ['src/ports/ecs.ts', 'src/ports/codedeploy.ts']
    const users = /^src\/(ports|aws|task-definition|targets\/(ecs|task)|actions\/targets)\b/
    const stranger = (name: string, file: string) =>
      ports.includes(name) && !users.test(file) && file !== 'src/ports.ts'
    expect(offenders([...domain, ...adapters, 'actions'], stranger)).toEqual([])
  })

  test('an action imports what several of them share, in this order: shared, targets, bundle, world, inputs', () => {
    const order = ['shared', 'targets', 'bundle', 'world', 'inputs']
    const levelOf = (path: string) => order.indexOf(/^src\/actions\/([^/]+)\//.exec(path)?.[1] ?? '')
    const upwards = (name: string, file: string) =>
      name.startsWith('src/actions/') && dirname(name) !== dirname(file) && levelOf(name) <= levelOf(file)
    expect(offenders(['actions'], upwards)).toEqual([])
  })

  test('no import circle, type imports included: what both need belongs in a file of its own', () => {
    const circles = sources.map(({ file }) => circleOf(file)?.join(' imports '))
    expect(circles.filter((circle) => circle !== undefined)).toEqual([])
  })

  test.each([
    ['@aws-sdk', 'aws'],
    ['@slack', 'slack'],
    ['@actions/core', 'runner'],
    ['@actions/github', 'github'],
    ['node:child_process', 'docker git cli'],
    ['node:http', 'http'],
    ['node:https', 'http'],
    ['node:net', 'http'],
  ])('no other room uses %s than %s', (library, homes) => {
    const users = sources.filter(({ file, code }) =>
      imports(file, code).some((name) => name === library || name.startsWith(`${library}/`)),
    )
    expect(users.map(({ room }) => room).filter((room) => !homes.split(' ').includes(room))).toEqual([])
  })

  test('no client follows a redirect by itself', () => {
    const following = sources.filter(({ code }) => /redirect: '(?!error|manual)/.test(code))
    expect(following.map(({ file }) => file)).toEqual([])
  })

  test('nobody waits with the SDK: its waiters hide errors and call a rollback a success', () => {
    expect(sources.filter(({ code }) => /\bwaitUntil[A-Z]/.test(code)).map(({ file }) => file)).toEqual([])
  })

  test('nothing sets environment variables or PATH for later steps', () => {
    expect(sources.filter(({ code }) => /\b(exportVariable|addPath)\b/.test(code)).map(({ file }) => file)).toEqual([])
  })

  test('a base name occurs once, but for index.ts, a port with its adapter, and a command with what it is named after', () => {
    const named = sources.filter(({ file }) => !file.startsWith('src/cli/commands/'))
    const homes = Map.groupBy(named, ({ file }) => basename(file))
    const twins = [...homes].filter(([name, files]) => {
      const rooms = files.map(({ room }) => room).sort()
      const isPort = rooms.length === 2 && rooms.includes('ports') && rooms.some((room) => adapters.includes(room))
      return files.length > 1 && name !== 'index.ts' && !isPort
    })
    expect(twins.map(([name, files]) => `${name}: ${files.map(({ file }) => file).join(', ')}`)).toEqual([])
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

describe('the way of a deployment in ARCHITECTURE.md', () => {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
  const hops = [...page.matchAll(/^\| \d+ \| `([^`]+)` \| `(\w+)` \| `([^`]+)` \|/gm)].map(
    ([, file = '', name = '', caller = '']) => ({ file, name, caller }),
  )

  test('has at most 20 files', () => {
    expect(hops.length).toBeGreaterThan(10)
    expect(new Set(hops.map(({ file }) => file)).size).toBeLessThanOrEqual(20)
  })

  test.each(hops)('$name is defined in $file and called in $caller', ({ file, name, caller }) => {
    const definition = new RegExp(`^(export )?(async )?function\\*? ${name}\\b`, 'm')
    expect(readFileSync(join(root, file), 'utf8')).toMatch(definition)
    const calls = readFileSync(join(root, caller), 'utf8').replaceAll(new RegExp(`function\\*? ${name}\\b`, 'g'), '')
    expect(calls).toMatch(new RegExp(`\\b${name}\\(|reduce\\(${name},`))
  })
})

describe('the tests', () => {
  const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$/.test(file) && !/^(bench|mutation)\/|^demo(\/|\.ts)/.test(file))
    .map((file) => ({ file, code: readFileSync(join(root, 'test', file), 'utf8') }))

  test('measure no time of this machine: budgets are a part of the bench, and all tests have one time-out', () => {
    const ticking = /\b(cpuUsage|cpuTime|performance\.now|jest\.setTimeout)\(|^ *\}, \d[\d_]*\)$/m
    // An accelerated clock is for people and programs that live in real time; the runner kills a step in real time by default.
    const allowed = ['simulator/clock.ts', 'workflows/runner/process.ts']
    expect(
      tests.filter(({ file, code }) => !allowed.includes(file) && ticking.test(code)).map(({ file }) => file),
    ).toEqual([])
  })

  test('that mutants are tried with are there, and so are the files', () => {
    const gone = Object.entries(nearest).flatMap(([file, names]) => [
      ...(existsSync(join(root, file)) ? [] : [file]),
      ...names.filter((name) => globSync(`${name}.test.ts`, { cwd: join(root, 'test') }).length === 0),
    ])
    expect(gone).toEqual([])
  })
})
