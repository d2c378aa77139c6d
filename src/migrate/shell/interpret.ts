import { type Text, text, untrusted } from '../../text.ts'
import { isEcrRegistry, type Names } from '../image-reference.ts'
import { applyAws, createRepository } from './aws-commands.ts'
import { applyEb } from './beanstalk-commands.ts'
import { definitionOf } from './definitions.ts'
import { applyDocker, type Effects, hasOnlyParts, noEffects } from './effects.ts'
import { type Command, readScript, type Word } from './read-script.ts'
import { printsInvalidation } from './site-commands.ts'
import { commentsIn, mayStay, withComments } from './staying-commands.ts'
import { token, type Variables, wordValue } from './variables.ts'

/** What a script does, with its comments; or its first command that is not translated. */
export type Interpretation =
  | {
      readonly effects: Effects
      readonly comments: readonly string[]
      /** Offset of the first command behind those that stay as they are; undefined: none stays. */
      readonly cut?: number | undefined
    }
  | { readonly why: Text; readonly offset: number }

interface Run {
  readonly effects: Effects
  readonly variables: Variables
  readonly names: Names
}

/** Reads a script by its commands, line by line; nothing is executed. */
export function interpret(script: string, variables: Variables, names: Names): Interpretation {
  const read = readScript(script)
  if ('unread' in read)
    return { why: text`loops, conditions, functions, here-documents and backticks are not read`, offset: read.offset }
  const run: Run = { effects: noEffects(), variables, names }
  const all = chains(read.commands)
  let first: { readonly why: Text; readonly offset: number } | undefined
  let cut: number | undefined
  for (const [index, chain] of all.entries()) {
    const why = applyChain(chain, run)
    if (why === undefined) continue
    const obstacle = { why, offset: chain[0]?.[0]?.offset ?? 0 }
    const next = all[index + 1]?.[0]?.[0]?.offset
    if (next === undefined || !mayStay(chain.flat(), run.effects, script, next)) return first ?? obstacle
    first ??= obstacle
    cut = withComments(script, next)
  }
  if (first !== undefined && (!hasOnlyParts(run.effects) || run.effects.parts.length === 0)) return first
  const comments = cut === undefined ? read.comments : commentsIn(script.slice(cut))
  return { effects: run.effects, comments, cut }
}

type Pipeline = readonly Command[]

/** Pipelines that `||` joins. */
function chains(commands: readonly Command[]): readonly (readonly Pipeline[])[] {
  const all: Command[][][] = [[[]]]
  for (const command of commands) {
    all.at(-1)?.at(-1)?.push(command)
    if (command.joint === '||') all.at(-1)?.push([])
    else if (command.joint !== '|') all.push([[]])
  }
  return all.map((chain) => chain.filter((pipeline) => pipeline.length > 0)).filter((chain) => chain.length > 0)
}

function applyChain(chain: readonly Pipeline[], run: Run): Text | undefined {
  const [first = [], second] = chain
  if (second === undefined) return applyPipeline(first, run)
  const [probe, fallback] = [first, second].map((pipeline) =>
    pipeline.length === 1 ? values(pipeline[0], run) : undefined,
  )
  const isCreate = (words: readonly string[] | undefined) =>
    words?.slice(0, 3).join(' ') === 'aws ecr create-repository'
  const isProbe = probe?.slice(0, 3).join(' ') === 'aws ecr describe-repositories'
  if (chain.length === 2 && isCreate(probe) && fallback?.join(' ') === 'true')
    return createRepository(probe?.slice(3) ?? [], run.effects)
  if (chain.length === 2 && isProbe && isCreate(fallback))
    return createRepository(fallback?.slice(3) ?? [], run.effects)
  return text`what happens after a failure (||) is not translated`
}

/** The words of a command; undefined: one is known only at run time. */
function values(command: Command | undefined, { variables }: Run): readonly string[] | undefined {
  const all = command?.words.map((word) => wordValue(word, variables))
  return all?.every((value) => value !== undefined) ? all : undefined
}

function applyPipeline(pipeline: Pipeline, run: Run): Text | undefined {
  const [first] = pipeline
  if (first === undefined) return undefined
  const assigned = assignment(first)
  if (assigned !== undefined) return assign(assigned, first, run)
  const words = pipeline.map((command) => values(command, run))
  if (words.includes(undefined)) return text`a value of this command is known only at run time`
  const known = words as readonly (readonly string[])[]
  if (isLogin(known, run)) {
    run.effects.logsIn = true
    return undefined
  }
  const definition = definitionOf(known, run.effects)
  if (definition !== undefined) return keepDefinition(definition, pipeline.at(-1)?.target, run)
  return pipeline.length > 1
    ? text`this pipeline has no counterpart in Slipway`
    : applyCommand(known[0] ?? [], first, run)
}

function isLogin([password = [], login = []]: readonly (readonly string[])[], { names }: Run): boolean {
  const registry = login.at(-1) ?? ''
  return (
    password.slice(0, 3).join(' ') === 'aws ecr get-login-password' &&
    login.slice(0, 2).join(' ') === 'docker login' &&
    isEcrRegistry(registry.replace(/^https:\/\//, ''), names)
  )
}

function keepDefinition(definition: object, target: Word | undefined, run: Run): Text | undefined {
  if (Array.isArray(definition)) return definition as Text
  if ('isRegistered' in definition) return text`the revision that it registers is not kept in a variable`
  const file = target === undefined ? undefined : wordValue(target, run.variables)
  if (file === undefined) return text`a task definition that is only printed has no counterpart in Slipway`
  run.effects.definitions.set(file, definition)
  return undefined
}

interface Assignment {
  readonly name: string
  readonly value: Word
}

function assignment({ words }: Command): Assignment | undefined {
  const isExport = words[0]?.length === 1 && words[0][0]?.kind === 'text' && words[0][0].text === 'export'
  const [word, ...others] = isExport ? words.slice(1) : words
  const [first, ...rest] = word ?? []
  const [whole, name = ''] = first?.kind === 'text' ? (/^([A-Za-z_]\w*)=/.exec(first.text) ?? []) : []
  if (whole === undefined || others.length > 0 || first?.kind !== 'text') return undefined
  return { name, value: [{ kind: 'text', text: first.text.slice(whole.length) }, ...rest] }
}

function assign({ name, value }: Assignment, command: Command, run: Run): Text | undefined {
  if (command.joint === '|') return text`this pipeline has no counterpart in Slipway`
  const known = wordValue(value, run.variables)
  if (name.startsWith('AWS_')) return text`it sets ${untrusted(name)}, which commands of AWS read`
  if (known !== undefined) {
    run.variables.own.set(name, known)
    return undefined
  }
  const parts = value.filter((piece) => piece.kind !== 'text' || piece.text !== '')
  const [only] = parts
  if (parts.length !== 1 || only?.kind !== 'substitution')
    return text`the value of ${untrusted(name)} is known only at run time`
  const inner = readScript(only.script)
  const pipeline = 'commands' in inner ? inner.commands.map((each) => values(each, run)) : [undefined]
  const [words] = pipeline
  if (pipeline.length === 1 && words !== undefined && printsInvalidation(words)) {
    run.variables.own.set(name, `${token}${run.effects.parts.length}`)
    return applyAws(words.slice(1), run.effects)
  }
  const definition = pipeline.includes(undefined)
    ? undefined
    : definitionOf(pipeline as readonly (readonly string[])[], run.effects)
  if (definition === undefined) return text`the value of ${untrusted(name)} is known only at run time`
  if (Array.isArray(definition)) return definition as Text
  const mark = `${token}${run.effects.definitions.size}`
  run.effects.definitions.set(mark, definition as object)
  run.variables.own.set(name, mark)
  return undefined
}

function applyCommand(words: readonly string[], { target }: Command, run: Run): Text | undefined {
  const [program = '', ...rest] = words
  if (program === 'echo' || program === 'printf') return applyEcho(rest, target, run)
  const file = target === undefined ? '/dev/null' : (wordValue(target, run.variables) ?? '')
  if ((program === 'docker' || program === 'aws') && !file.startsWith('/dev/'))
    return text`its output is written to a file`
  if (program === 'docker') return applyDocker(rest, run.effects)
  if (program === 'aws') return applyAws(rest, run.effects)
  if (program === 'eb') return applyEb(rest, run.effects)
  if (/^pip3?$/.test(program) && rest[0] === 'install' && rest.at(-1)?.startsWith('awsebcli')) return undefined
  if (program === 'set' || program === 'true' || program === ':') return undefined
  if (program === 'sed' || program === 'envsubst' || program === 'yq')
    return text`${untrusted(program)} changes a file: for a task definition, image, environment-variables and secrets of actions/deploy do that`
  return text`${untrusted(program)} has no counterpart in Slipway: in a step of its own it stays, and the other commands are translated`
}

function applyEcho(words: readonly string[], target: Word | undefined, { effects }: Run): Text | undefined {
  const line = words.join(' ')
  const [command, old = '', value = ''] = /^::set-output name=([\w-]+)::([\s\S]*)$/.exec(line) ?? []
  if (command !== undefined) {
    effects.outputs.push([old, value])
    return undefined
  }
  if (target === undefined) return undefined
  const [piece] = target
  const file = piece?.kind === 'variable' ? piece.name : ''
  const [pair, name = '', given = ''] = /^([\w-]+)=([\s\S]*)$/.exec(line) ?? []
  if (file === 'GITHUB_STEP_SUMMARY') return text`a line of the summary would be lost`
  if (file !== 'GITHUB_OUTPUT' || pair === undefined) return text`it writes a file for later steps`
  effects.outputs.push([name, given])
  return undefined
}
