import { createHash } from 'node:crypto'
import type { RequestHandler } from '../aws/clients.ts'
import { deadlineIn } from '../clock.ts'
import { Failure } from '../failure.ts'
import type { Ecs, JsonObject } from '../ports.ts'
import type { Action, Runner } from '../runner/action.ts'
import { changeLine, diff, type TaskDefinitionChange } from '../task-definition/diff.ts'
import { hasTags, isEqual } from '../task-definition/equal.ts'
import { textIn } from '../task-definition/members.ts'
import { register } from '../task-definition/register.ts'
import { registrable } from '../task-definition/registrable.ts'
import { render } from '../task-definition/render.ts'
import { definitionIn, readDefinition, type WrittenDefinition } from '../task-definition/source.ts'
import { renderText, type Text, text, untrusted } from '../text.ts'
import { connectAws } from './connect.ts'
import { type RegisterTaskDefinitionInputs, registerTaskDefinitionInputs } from './register-task-definition-inputs.ts'
import { changesOf, sourceOf } from './register-task-definition-request.ts'
import { requireValid } from './valid-definition.ts'

/** How long AWS is tried again. Milliseconds. */
const patience = 10 * 60_000

interface World {
  readonly requestHandler?: RequestHandler | undefined
}

/** Renders and registers a task definition. The world is handed in, so that tests decide what AWS says. */
export function createRegisterTaskDefinition(world: World): Action<typeof registerTaskDefinitionInputs> {
  return { inputs: registerTaskDefinitionInputs, main: (inputs, runner) => main(inputs, runner, world) }
}

export const action = createRegisterTaskDefinition({})

/** A file that is only rendered needs neither AWS nor a region. */
async function main(inputs: RegisterTaskDefinitionInputs, runner: Runner, world: World): Promise<void> {
  const { files } = runner
  const source = sourceOf(inputs)
  if (source.kind === 'file' && !inputs.register && !inputs.dryRun && inputs.service === undefined) {
    const original = definitionIn(await files.readText(source.path, source.input), source.path)
    const rendered = renderValid(inputs, original, runner)
    await show(runner, rendered, original.definition)
    return showRevision(runner, text`Nothing is registered: register is false.`)
  }
  const { ecs } = connectAws(inputs, runner, deadlineIn(runner.clock, patience), world.requestHandler)
  const original = await readDefinition(source, { ecs, files })
  const rendered = renderValid(inputs, original, runner)
  await show(runner, rendered, await previous(inputs, original.definition, ecs))
  if (inputs.dryRun) return showRevision(runner, text`Nothing is registered: this is a dry run.`)
  if (!inputs.register) return showRevision(runner, text`Nothing is registered: register is false.`)
  const { taskDefinitionArn, reused, definition } = await register(rendered, { ecs }, original)
  const name = untrusted(`${textIn(definition, 'family')}:${definition.revision}`)
  const line = reused ? text`${name} has this content already; nothing is registered.` : text`Registered ${name}.`
  showRevision(runner, line, taskDefinitionArn, String(definition.revision ?? ''))
}

/** What is going to be registered. Throws all that is wrong with it. */
function renderValid(inputs: RegisterTaskDefinitionInputs, original: WrittenDefinition, { log }: Runner): JsonObject {
  const { definition } = original
  const rendered = registrable(render(definition, changesOf(inputs, definition)))
  requireValid(rendered, original, log, { warnsOfPlaceholders: true })
  return rendered
}

/** What to compare with: what the service runs, the revision that was the source, or the family's latest one. */
async function previous(
  { cluster = 'default', service }: RegisterTaskDefinitionInputs,
  original: JsonObject,
  ecs: Ecs,
): Promise<JsonObject | undefined> {
  const isRevision = textIn(original, 'taskDefinitionArn') !== undefined
  try {
    const running = service && (await ecs.describeService(cluster, service))?.taskDefinition
    if (isRevision && (!running || running === original.taskDefinitionArn)) return original
    const reference = running || textIn(original, 'family')
    return reference === undefined ? undefined : await ecs.describeTaskDefinition(reference)
  } catch (error) {
    // To compare is worth a call, but whoever may only register is not kept from that.
    if (error instanceof Failure && error.parts.code === 'permission-missing') return undefined
    throw error
  }
}

async function show(runner: Runner, rendered: JsonObject, before: JsonObject | undefined): Promise<void> {
  const isSame = before !== undefined && isEqual(rendered, before) && hasTags(before, rendered)
  const changes = isSame ? [] : diff(before, rendered)
  const lines = changes.map(changeLine)
  runner.log.group(titleOf(changes, before), lines)
  const content = `${JSON.stringify(rendered, null, 2)}\n`
  const name = `task-definition-${createHash('sha256').update(content).digest('hex').slice(0, 16)}.json`
  runner.setOutput('task-definition', await runner.files.writeTemporary(name, content))
  runner.setOutput('previous-task-definition-arn', textIn(before, 'taskDefinitionArn') ?? '')
  runner.setOutput('changed', String(changes.length > 0))
  runner.setOutput('diff', lines.map((line) => renderText(line, (theirs) => theirs)).join('\n'))
}

function titleOf({ length }: readonly TaskDefinitionChange[], before: JsonObject | undefined): Text {
  if (before === undefined) return text`All of it is new: there is no revision to compare with`
  const arn = textIn(before, 'taskDefinitionArn')
  const other = arn === undefined ? text`what was given` : text`${untrusted(arn.slice(arn.lastIndexOf('/') + 1))}`
  return text`${length === 0 ? 'No' : length} ${length === 1 ? 'difference' : 'differences'} to ${other}`
}

function showRevision({ log, setOutput }: Runner, line: Text, arn = '', revision = ''): void {
  log.info(line)
  setOutput('task-definition-arn', arn)
  setOutput('revision', revision)
}
