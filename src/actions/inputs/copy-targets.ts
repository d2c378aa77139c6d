import { parseArn } from '../../arn.ts'
import { lostPart } from '../../image/lost-part.ts'
import { isRepositoryName, parseReference, withoutCredentials } from '../../image/reference.ts'
import type { Mistake } from '../../mistake.ts'
import { InputMistakes } from '../../runner/input-mistakes.ts'
import type { InputReader } from '../../runner/inputs.ts'
import { text, untrusted } from '../../text.ts'

/** A repository that gets a copy of an image. */
export interface CopyTarget {
  /** Host of the registry; undefined for that of the credentials. */
  readonly registry: string | undefined
  readonly repository: string
  /** ARN of the role for this target alone. */
  readonly role: string | undefined
}

const option = 'role-to-assume='

/**
 * A reader of lines `repository` or `registry/repository`, each with `role-to-assume=ARN` behind it where other credentials are
 * needed. Reports every mistake with its line and column.
 */
export function copyTargets(input: string): InputReader<readonly CopyTarget[]> {
  return (given) => {
    const mistakes: Mistake[] = []
    const targets = given.split(/\r?\n/).flatMap((row, index) => {
      if (row.trim() === '') return []
      try {
        return [targetOf(row)]
      } catch (error) {
        if (!(error instanceof RowMistake)) throw error
        mistakes.push({ message: text`${untrusted(error.message)}`, input, line: index + 1, column: error.column })
        return []
      }
    })
    if (mistakes.length > 0) throw new InputMistakes(mistakes)
    return targets
  }
}

/** What is wrong in a row, counted in columns from 1. */
class RowMistake extends Error {
  readonly column: number

  constructor(column: number, message: string) {
    super(message)
    this.column = column
  }
}

function targetOf(row: string): CopyTarget {
  const column = row.search(/\S/) + 1
  const [name = '', ...rest] = row.trim().split(/\s+/)
  return { ...repositoryOf(name, column), role: roleOf(row, rest) }
}

function repositoryOf(name: string, column: number): Pick<CopyTarget, 'registry' | 'repository'> {
  const shown = `"${withoutCredentials(name)}"`
  const found = parseReference(name)
  if (found === undefined || !isRepositoryName(found.repository))
    throw new RowMistake(
      column,
      `${shown} ${lostPart(name) ?? 'is not a repository'}; allowed: repository or registry/repository, such as team/api or 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/api`,
    )
  if (found.tag !== undefined || found.digest !== undefined)
    throw new RowMistake(
      column,
      `${shown} has a ${found.digest ? 'digest' : 'tag'}; allowed: the repository alone, tags are set by tags`,
    )
  return { registry: found.registry, repository: found.repository }
}

function roleOf(row: string, options: readonly string[]): string | undefined {
  const unknown = options.find((one) => !one.startsWith(option))
  if (unknown !== undefined || options.length > 1) {
    const wrong = unknown ?? options[1] ?? ''
    throw new RowMistake(
      row.lastIndexOf(wrong) + 1,
      `"${withoutCredentials(wrong)}" is unknown; allowed: one ${option}ARN`,
    )
  }
  const [arn] = options.map((one) => one.slice(option.length))
  if (arn === undefined) return undefined
  const { accountId, resource = '' } = parseArn(arn) ?? {}
  if (accountId && resource.startsWith('role/')) return arn
  throw new RowMistake(
    row.indexOf(option) + option.length + 1,
    `"${arn}" is not the ARN of a role; allowed: arn:aws:iam::ACCOUNT:role/NAME`,
  )
}
