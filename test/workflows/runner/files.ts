import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser'
import { parseAction } from '@actions/workflow-parser/actions/action-parser'
import type { TemplateToken } from '@actions/workflow-parser/templates/tokens/template-token'

/** A repository on disk, as workflows refer to it: whatever the ref, this is its content. */
export interface Repository {
  /** `owner/name`. */
  readonly name: string
  readonly folder: string
}

/** Parses with GitHub's own schema; what GitHub would refuse is an error here. */
export function loadWorkflow(repository: Repository, file: string): TemplateToken {
  return parsed(repository, file, (content) => parseWorkflow({ name: file, content }, new NoOperationTraceWriter()))
}

export function loadAction(
  repository: Repository,
  folder: string,
): { readonly root: TemplateToken; readonly folder: string } {
  const file = ['action.yml', 'action.yaml']
    .map((name) => join(folder, name))
    .find((name) => existsSync(join(repository.folder, name)))
  if (!file) throw new Error(`${repository.name} has no action in ${folder || '.'}`)
  return {
    root: parsed(repository, file, (content) => parseAction({ name: file, content }, new NoOperationTraceWriter())),
    folder: join(repository.folder, folder),
  }
}

interface ParseResult {
  readonly value?: TemplateToken | undefined
  readonly context: { readonly errors: { getErrors(): readonly { readonly message: string }[] } }
}

/** By name and content: a run refers to the same few files dozens of times, and nothing changes a token. */
const results = new Map<string, ParseResult>()

function parsed(repository: Repository, file: string, parse: (content: string) => ParseResult): TemplateToken {
  const content = readFileSync(join(repository.folder, file), 'utf8')
  const key = `${file}\n${content}`
  const result = results.get(key) ?? parse(content)
  results.set(key, result)
  const { value, context } = result
  const errors = context.errors.getErrors()
  if (errors.length > 0 || !value)
    throw new Error(`${repository.name} ${file}: ${errors.map(({ message }) => message).join('; ')}`)
  return value
}
