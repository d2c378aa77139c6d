import type { Document } from '../document/document.ts'
import { findMisfits, shapesIn } from '../document/shape.ts'
import type { Mistake } from '../mistake.ts'
import type { JsonObject } from '../ports.ts'
import { text } from '../text.ts'

// IAM user guide, "Grammar of the IAM JSON policy language". A policy of a resource names who is meant.
const shapes = shapesIn(`
Policy Version:(2012-10-17|2008-10-17) Id:text Statement!:Statement[]
Single Version:(2012-10-17|2008-10-17) Id:text Statement!:Statement
Statement Sid:text Effect!:(Allow|Deny) Principal:any NotPrincipal:any Action:any NotAction:any Resource:any NotResource:any Condition:any
`)

/** Characters (API reference, SetRepositoryPolicy). */
const mostCharacters = 10_240

/** All that Amazon ECR would refuse in the form of a repository policy, with its places. */
export function policyMistakes({ value, at }: Document<JsonObject>): readonly Mistake[] {
  const isList = Array.isArray(value.Statement)
  const misfits = findMisfits(value, shapes, isList ? 'Policy' : 'Single')
  if (misfits.length > 0) return misfits.map(({ path, message }) => ({ ...at(path), message }))
  const { length } = JSON.stringify(value)
  if (length > mostCharacters)
    return [{ ...at([]), message: text`it has ${length} characters; at most ${mostCharacters} are allowed` }]
  // The statements have been held against the shape.
  const statements = (isList ? value.Statement : [value.Statement]) as unknown as readonly JsonObject[]
  return statements.flatMap((statement, index) => {
    const place = at(isList ? ['Statement', index] : ['Statement'])
    return [
      ['Principal', 'NotPrincipal'],
      ['Action', 'NotAction'],
    ]
      .filter((names) => names.every((name) => statement[name] === undefined))
      .map(([name = '']) => ({ ...place, message: text`the statement has no ${name}` }))
  })
}
