import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import { isBasicExpression, isBoolean, isMapping, isNumber, isSequence, isString } from '@actions/workflow-parser'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'

/** Values that expressions can see, by context name: github, inputs, needs, steps, … */
export type Contexts = Readonly<Record<string, unknown>>

export type Functions = Readonly<Record<string, (...values: unknown[]) => unknown>>

const contextNames = [
  'github',
  'inputs',
  'vars',
  'secrets',
  'needs',
  'strategy',
  'matrix',
  'steps',
  'job',
  'jobs',
  'runner',
  'env',
]
const statusFunctions = ['success', 'failure', 'always', 'cancelled'].map((name) => ({ name, minArgs: 0, maxArgs: 0 }))

/** Evaluates the inside of `${{ … }}` with GitHub's own engine. */
export function evaluate(expression: string, contexts: Contexts, functions: Functions): unknown {
  const tree = new Parser(new Lexer(expression).lex().tokens, contextNames, statusFunctions).parse()
  const callable = new Map(
    Object.entries(functions).map(([name, call]) => [
      name,
      {
        name,
        minArgs: 0,
        maxArgs: 0,
        call: (...values: data.ExpressionData[]) => toData(call(...values.map(fromData))),
      },
    ]),
  )
  return fromData(new Evaluator(tree, toData(contexts) as data.Dictionary, callable).evaluate())
}

/** The value of a piece of workflow YAML, its expressions evaluated. Undefined where there is none. */
export function resolve(token: TemplateToken | undefined, contexts: Contexts, functions: Functions = {}): unknown {
  if (!token) return undefined
  if (isBasicExpression(token)) return evaluate(token.expression, contexts, functions)
  if (isMapping(token)) {
    return Object.fromEntries(
      [...token].map(({ key, value }) => [
        asText(resolve(key, contexts, functions)),
        resolve(value, contexts, functions),
      ]),
    )
  }
  if (isSequence(token)) return [...token].map((item) => resolve(item, contexts, functions))
  if (isString(token) || isBoolean(token) || isNumber(token)) return token.value
  return undefined
}

/** An `if:`; without a status function it also asks for success, as GitHub does. */
export function holds(token: TemplateToken | undefined, contexts: Contexts, functions: Functions): boolean {
  const written =
    token === undefined ? 'success()' : isBasicExpression(token) ? token.expression : asText(resolve(token, contexts))
  const expression = /\b(success|failure|always|cancelled)\s*\(/.test(written) ? written : `success() && (${written})`
  const value = evaluate(expression, contexts, functions)
  return !(value === false || value === 0 || value === '' || value === undefined || value === null)
}

export function member(token: TemplateToken | undefined, name: string): TemplateToken | undefined {
  if (!token || !isMapping(token)) return undefined
  return [...token].find(({ key }) => isString(key) && key.value === name)?.value
}

export function members(token: TemplateToken | undefined): readonly (readonly [string, TemplateToken])[] {
  if (!token || !isMapping(token)) return []
  return [...token].map(({ key, value }) => [isString(key) ? key.value : '', value])
}

export function items(token: TemplateToken | undefined): readonly TemplateToken[] {
  return token && isSequence(token) ? [...token] : []
}

/** As GitHub turns a value into the text of an input or variable; lists and mappings have none. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'object') throw new Error(`A sequence or mapping was not expected: ${JSON.stringify(value)}`)
  return String(value)
}

export function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, part]) => [name, asText(part)]))
}

function toData(value: unknown): data.ExpressionData {
  if (value === undefined || value === null) return new data.Null()
  if (typeof value === 'string') return new data.StringData(value)
  if (typeof value === 'number') return new data.NumberData(value)
  if (typeof value === 'boolean') return new data.BooleanData(value)
  if (Array.isArray(value)) return new data.Array(...value.map(toData))
  const pairs = Object.entries(value).filter(([, part]) => part !== undefined)
  return new data.Dictionary(...pairs.map(([key, part]) => ({ key, value: toData(part) })))
}

function fromData(value: data.ExpressionData): unknown {
  return JSON.parse(JSON.stringify(value, data.replacer))
}
