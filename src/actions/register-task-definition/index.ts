import { createHash } from 'node:crypto'
import type { RequestHandler } from '../../aws/client-settings.ts'
import { lazyPort } from '../../aws/lazy-port.ts'
import { deadlineIn } from '../../clock.ts'
import { Failure } from '../../failure.ts'
import type { Ecs, JsonObject } from '../../ports.ts'
import type { Action, Runner } from '../../runner/action.ts'
import { readDefinition } from '../../task-definition/definition-source.ts'
import { changeLine, diff, type TaskDefinitionChange } from '../../task-definition/diff.ts'
import { hasTags, isEqual } from '../../task-definition/equal.ts'
import { textIn } from '../../task-definition/members.ts'
import { register } from '../../task-definition/register.ts'
import { registrable } from '../../task-definition/registrable.ts'
import { render } from '../../task-definition/render.ts'
import { renderText, type Text, text, untrusted } from '../../text.ts'
import { requireValid } from '../targets/valid-definition.ts'
import { openAws } from '../world/open-aws.ts'
import { changesOf, located, type Purpose, purposeOf, sourceOf } from './definition-request.ts'
import { type RegisterTaskDefinitionInputs, registerTaskDefinitionInputs } from './register-task-definition-inputs.ts'
import { filledBefore, openContainers, writeLink } from './render-chain.ts'

/** How long AWS is tried again. Milliseconds. */
const retryTime = 10 * 60_000

interface RegisterPorts {
  readonly requestHandler?: RequestHandler | undefined
}

/** Renders and registers a task definition. The network is a parameter, so that tests define the responses of AWS. */
export function createRegisterTaskDefinition(ports: RegisterPorts): Action<typeof registerTaskDefinitionInputs> {
  return { inputs: registerTaskDefinitionInputs, main: (inputs, runner) => main(inputs, runner, ports) }
}

/** `register-task-definition` as the runner starts it. */
export const action = createRegisterTaskDefinition({})

/** A file that is only written needs neither AWS nor a region. */
async function main(given: RegisterTaskDefinitionInputs, runner: Runner, ports: RegisterPorts): Promise<void> {
  const inputs = located(given)
  const { files, clock, environment, log } = runner
  const source = sourceOf(inputs, await files.exists(inputs.taskDefinition ?? ''))
  const ecs = lazyPort(async () => openAws(inputs, runner, deadlineIn(clock, retryTime), ports.requestHandler).ecs)
  const original = await readDefinition(source, { ecs, files })
  const { definition: base } = original
  const changes = changesOf(inputs, base)
  const rendered = registrable(render(base, changes))
  const before = source.kind === 'file' ? await filledBefore(source.path, files) : []
  const filled = [...before, ...changes.images.map(({ container }) => container)]
  const open = openContainers(rendered, filled)
  const purpose = purposeOf(inputs, open, environment)
  const withoutImages = purpose.kind === 'register' ? [] : open
  requireValid(rendered, original, log, { withoutImages })
  const isAlone = source.kind === 'file' && inputs.service === undefined && purpose.kind === 'write'
  await show(runner, rendered, isAlone ? base : await previous(inputs, base, ecs, purpose), filled)
  if (purpose.kind !== 'register') return showRevision(runner, purpose.why)
  const registered = await register(rendered, { ecs }, original).catch(unlessOptional(purpose))
  if (registered === undefined) return showRevision(runner, notHere)
  const { taskDefinitionArn, reused, definition } = registered
  const name = untrusted(`${textIn(definition, 'family')}:${definition.revision}`)
  const line = reused ? text`${name} already has this content, nothing registered.` : text`Registered ${name}.`
  showRevision(runner, line, taskDefinitionArn, String(definition.revision ?? ''))
}

const notHere = text`Nothing is registered: this job has no credentials that are authorized to perform ecs:RegisterTaskDefinition. actions/deploy registers the file.`

/** What a step leaves to a later one is no failure of it. */
function unlessOptional(purpose: Purpose): (error: unknown) => undefined {
  return (error) => {
    const isOptional = purpose.kind !== 'register' || !purpose.isRequired
    const isKept = error instanceof Failure && /^(credentials|permission)-missing$/.test(error.parts.code)
    if (!isOptional || !isKept) throw error
  }
}

/** What to compare with: what the service runs, the revision that was the source, or the family's latest one. */
async function previous(
  { cluster = 'default', service }: RegisterTaskDefinitionInputs,
  original: JsonObject,
  ecs: Ecs,
  purpose: Purpose,
): Promise<JsonObject | undefined> {
  const isRevision = textIn(original, 'taskDefinitionArn') !== undefined
  try {
    const found = service === undefined ? undefined : await ecs.describeService(cluster, service)
    const running = found?.status === 'INACTIVE' ? undefined : found?.taskDefinition
    if (isRevision && (!running || running === original.taskDefinitionArn)) return original
    const reference = running || textIn(original, 'family')
    return reference === undefined ? undefined : await ecs.describeTaskDefinition(reference)
  } catch (error) {
    // A comparison is worth a call, but a role that may only register is enough.
    if (error instanceof Failure && error.parts.code === 'permission-missing') return undefined
    unlessOptional(purpose)(error)
    return original
  }
}

async function show(
  runner: Runner,
  rendered: JsonObject,
  before: JsonObject | undefined,
  filled: readonly string[],
): Promise<void> {
  const isSame = before !== undefined && isEqual(rendered, before) && hasTags(before, rendered)
  const changes = isSame ? [] : diff(before, rendered)
  const lines = changes.map(changeLine)
  runner.log.group(titleOf(changes, before), lines)
  const content = `${JSON.stringify(rendered, null, 2)}\n`
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
  runner.setOutput('task-definition', await writeLink({ content, hash, filled }, runner.files))
  runner.setOutput('previous-task-definition-arn', textIn(before, 'taskDefinitionArn') ?? '')
  runner.setOutput('changed', String(changes.length > 0))
  runner.setOutput('diff', lines.map((line) => renderText(line, (theirs) => theirs)).join('\n'))
}

function titleOf({ length }: readonly TaskDefinitionChange[], before: JsonObject | undefined): Text {
  if (before === undefined) return text`No revision to compare with: everything is new`
  const arn = textIn(before, 'taskDefinitionArn')
  const other = arn === undefined ? text`the input` : text`${untrusted(arn.slice(arn.lastIndexOf('/') + 1))}`
  return text`${length === 0 ? 'No' : length} ${length === 1 ? 'difference' : 'differences'} to ${other}`
}

function showRevision({ log, setOutput }: Runner, line: Text, arn = '', revision = ''): void {
  log.info(line)
  setOutput('task-definition-arn', arn)
  setOutput('revision', revision)
}
