import { z } from 'zod'
import { invalid, parseDocument, type Source, type Wanted } from '../document/document.ts'
import type { JsonObject } from '../ports.ts'
import type { Check } from '../targets/steps/request/release-steps.ts'
import { text } from '../text.ts'
import { keysIn, mistakesOf, worded } from './mistakes.ts'
import type { SchemaNode } from './schema.ts'
import { checksIn, httpVerifySchema, verifySchema } from './verify-schema.ts'

/** Reads checks as verify of slipway.yml has them, in YAML or JSON. `kinds`: `http` for what is no service of Amazon ECS. Throws `inputs-invalid` with every mistake and its line. */
export function readChecks(content: string, source: Source, kinds: 'all' | 'http' = 'all'): readonly Check[] {
  const wanted: Wanted = {
    name: 'input' in source ? `The input ${source.input}` : 'The file',
    code: 'inputs-invalid',
    fix: text`Correct it: it is a list of checks as verify in slipway.yml has them (docs/slipway-yml.md). Nothing has been changed on AWS.`,
  }
  const name = 'input' in source ? source.input : 'verify'
  const schema = z.strictObject({ [name]: kinds === 'http' ? httpVerifySchema : verifySchema })
  const parsed = parseDocument(content, source, wanted)
  const document = { ...parsed, value: { [name]: parsed.value } as JsonObject, ...within(parsed) }
  const checked = schema.safeParse(document.value, { error: worded })
  if (checked.success) return checksIn(checked.data[name] ?? [])
  const keysAt = (path: readonly PropertyKey[]) => keysIn(z.toJSONSchema(schema) as SchemaNode, path)
  throw invalid(mistakesOf(checked.error.issues, document, keysAt), wanted)
}

/** Positions by paths below the name. */
function within({
  at,
  plain,
}: ReturnType<typeof parseDocument>): Pick<ReturnType<typeof parseDocument>, 'at' | 'plain'> {
  return { at: (path) => at(path.slice(1)), plain: (path) => plain(path.slice(1)) }
}
