// Writes what is generated: the input, output and permission tables of every action's README, the options in docs/commands.md,
// the table of events in docs/revision.md,
// docs/troubleshooting.md, the table of partitions, the schema of slipway.yml and the list of its keys, and the tables of AWS's
// shapes, the indexes of the pages. With --check it changes nothing and fails when a file is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { lostInputs } from '../src/actions/inputs/lost-inputs-table.ts'
import { type CommandOptions, commonOptions } from '../src/cli/command.ts'
import { commandNames, loadCommand } from '../src/cli/command-table.ts'
import { optionDescription, optionHead } from '../src/cli/help.ts'
import { deployBeanstalk, doctorBeanstalk } from '../src/cli/permissions/beanstalk-permissions.ts'
import {
  buildPush,
  imageScan,
  publicBuildPush,
  registerTaskDefinition,
} from '../src/cli/permissions/build-permissions.ts'
import { deploy } from '../src/cli/permissions/deploy-permissions.ts'
import { doctor, pastDeployment } from '../src/cli/permissions/doctor-permissions.ts'
import { deployExpress } from '../src/cli/permissions/express-permissions.ts'
import { continueDeployment, rollback } from '../src/cli/permissions/later-permissions.ts'
import { permissionMarkdown } from '../src/cli/permissions/permission-tables.ts'
import { preflight } from '../src/cli/permissions/preflight-permissions.ts'
import { promote } from '../src/cli/permissions/promote-permissions.ts'
import { runTask } from '../src/cli/permissions/run-task-permissions.ts'
import { deploySite, doctorSite } from '../src/cli/permissions/site-permissions.ts'
import { verify } from '../src/cli/permissions/step-permissions.ts'
import { jsonSchema } from '../src/config/schema.ts'
import { eventCommits } from '../src/github/event-commits.ts'
import { partitions } from '../src/partitions.ts'
import { type FindingKind, findingKinds } from '../src/targets/ecs/facts/finding-kinds.ts'
import { scheduleKinds } from '../src/targets/schedules/schedule-kinds.ts'
import { keyTables } from './keys.ts'
import { assistantsPage, examplesPage, indexPage } from './page-index.ts'
import { shapesModule } from './shapes.ts'
import { troubleshooting } from './troubleshooting.ts'

const root = join(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const stale: string[] = []

interface ActionFile {
  readonly inputs?: Record<string, { description: string; required?: boolean; default?: string }>
  readonly outputs?: Record<string, { description: string }>
}

interface WorkflowFile {
  readonly on: {
    readonly workflow_call?: ActionFile & {
      readonly inputs?: Record<string, { type: string }>
      readonly secrets?: Record<string, { description: string; required?: boolean }>
    }
  }
}

for (const name of readdirSync(join(root, 'actions'))) {
  documentAction(`actions/${name}/README.md`, `actions/${name}/action.yml`)
}
fill('actions/doctor/README.md', { findings: findingTable() })
const twoColumns = ['Action', 'Why']
const threeColumns = [...twoColumns, 'Without it']
fill('actions/build-push/README.md', {
  permissions: permissionMarkdown(buildPush, twoColumns),
  'public-permissions': permissionMarkdown(publicBuildPush, twoColumns),
})
fill('docs/image-scan.md', { permissions: permissionMarkdown(imageScan, twoColumns) })
fill('actions/register-task-definition/README.md', {
  permissions: permissionMarkdown(registerTaskDefinition, twoColumns),
})
fill('actions/deploy/README.md', {
  permissions: permissionMarkdown(deploy, threeColumns),
  'preflight-permissions': permissionMarkdown(preflight, ['Action', 'Checks']),
})
fill('actions/promote/README.md', { permissions: permissionMarkdown(promote, ['Action', 'Side', 'Why']) })
fill('actions/rollback/README.md', { permissions: permissionMarkdown(rollback, threeColumns) })
fill('actions/deploy-site/README.md', { permissions: permissionMarkdown(deploySite, threeColumns) })
fill('actions/deploy-beanstalk/README.md', { permissions: permissionMarkdown(deployBeanstalk, threeColumns) })
fill('actions/deploy-express/README.md', {
  permissions: permissionMarkdown(deployExpress, threeColumns),
  'preflight-permissions': permissionMarkdown(preflight, ['Action', 'Checks']),
})
fill('actions/verify/README.md', { permissions: permissionMarkdown(verify, threeColumns) })
fill('actions/run-task/README.md', { permissions: permissionMarkdown(runTask, threeColumns) })
fill('actions/continue/README.md', { permissions: permissionMarkdown(continueDeployment, threeColumns) })
fill('actions/doctor/README.md', {
  permissions: permissionMarkdown([...doctor, ...doctorBeanstalk, ...doctorSite], twoColumns),
  'past-permissions': permissionMarkdown(pastDeployment, twoColumns),
})
documentAction('docs/root-action.md', 'action.yml')
documentWorkflow('docs/build.md', 'build', '.github/workflows/build.yml')
documentWorkflow('docs/workflows.md', 'deploy', '.github/workflows/deploy.yml')
documentWorkflow('docs/rollback.md', 'rollback', '.github/workflows/rollback.yml')
documentWorkflow('docs/promote.md', 'promote', '.github/workflows/promote.yml')
fill('docs/networks.md', { partitions: partitionTable() })
fill('docs/revision.md', { events: eventTable() })
fill('docs/inputs.md', { 'lost-inputs': lostInputTable() })
const commands = await Promise.all(commandNames.map(loadCommand))
fill('docs/commands.md', {
  ...Object.fromEntries(commands.map(({ name, options }) => [`${name}-options`, optionTable(options)])),
  'common-options': optionTable(commonOptions),
})
write('docs/troubleshooting.md', await troubleshooting())
const keys = keyTables()
fill('docs/slipway-yml.md', { keys: keys.file, 'deployment-keys': keys.deployment })
write('schema/slipway.schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`)

write('src/task-definition/shapes.ts', shapesModule(['RegisterTaskDefinitionRequest'], 'TaskDefinition', '../document'))
write(
  'src/targets/ecs/request/service-shapes.ts',
  shapesModule(['CreateServiceRequest', 'TaskOverride', 'TaskVolumeConfiguration'], 'Service', '../../../document'),
)

// Last: they are made of the pages.
write('examples/workflows/README.md', examplesPage())
write('docs/README.md', indexPage())
write('llms.txt', assistantsPage())

if (stale.length > 0) {
  console.error(`Stale, run "npm run docs" and commit: ${stale.join(', ')}`)
  process.exitCode = 1
}

/** The findings of preflight and doctor: severity, and which action checks. */
function findingTable(): string {
  const rows = Object.entries<FindingKind>({ ...findingKinds, ...scheduleKinds }).map(([code, kind]) => {
    const by = kind.doctorOnly ? '`doctor`' : '`deploy`, `doctor`'
    return `| \`${code}\` | ${cell(kind.found)} | ${kind.severity} | ${cell(kind.doubt ?? '')} | ${by} |`
  })
  return [
    '| Code | Found | Severity | Only warns when | Checked by |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function documentAction(readme: string, file: string): void {
  const { inputs = {}, outputs = {} } = read<ActionFile>(file)
  fill(readme, { inputs: inputTable(inputs), outputs: outputTable(outputs) })
}

function documentWorkflow(readme: string, prefix: string, file: string): void {
  const { inputs = {}, outputs = {}, secrets } = read<WorkflowFile>(file).on.workflow_call ?? {}
  fill(readme, {
    [`${prefix}-inputs`]: inputTable(inputs),
    [`${prefix}-outputs`]: outputTable(outputs),
    ...(secrets && { [`${prefix}-secrets`]: outputTable(secrets) }),
  })
}

function read<Shape>(file: string): Shape {
  return parse(readFileSync(join(root, file), 'utf8'))
}

function inputTable(inputs: NonNullable<ActionFile['inputs']>): string {
  const rows = Object.entries(inputs).map(
    ([name, input]) =>
      `| \`${name}\` | ${cell(input.description)} | ${input.required ? '**required**' : input.default ? `\`${cell(String(input.default))}\`` : ''} |`,
  )
  return rows.length === 0 ? 'None.' : ['| Input | Meaning | Default |', '| --- | --- | --- |', ...rows].join('\n')
}

function lostInputTable(): string {
  const names = (list: readonly string[]) => list.map((name) => (name.includes(' ') ? name : `\`${name}\``)).join(', ')
  const rows = lostInputs.map(
    ({ actions, lost, shownBy, unless, otherwise }) =>
      `| \`${lost}\` | ${names(actions)} | ${names(shownBy)} | ${names(unless.filter((name) => name !== lost))} | ${cell(otherwise)} |`,
  )
  const head = ['| Empty input | Action | With one of these | Without all of these | Otherwise |']
  return [...head, '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function optionTable(options: CommandOptions): string {
  const rows = Object.entries(options).map(
    ([name, option]) => `| \`${cell(optionHead(name, option))}\` | ${cell(optionDescription(option))} |`,
  )
  return ['| Option | Meaning |', '| --- | --- |', ...rows].join('\n')
}

function outputTable(outputs: NonNullable<ActionFile['outputs']>): string {
  const rows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${cell(description)} |`)
  return rows.length === 0 ? 'None.' : ['| Name | Meaning |', '| --- | --- |', ...rows].join('\n')
}

function partitionTable(): string {
  const rows = partitions.map(({ id, regions, dnsSuffix, consoleHost }) => {
    const [region = ''] = regions
    const console_ = consoleHost ? `\`${consoleHost(region)}\`` : 'no link'
    return `| \`${id}\` | ${regions.map((name) => `\`${name}\``).join(', ')} | \`ecs.${region}.${dnsSuffix}\` | ${console_} |`
  })
  return ['| Partition | Regions | Endpoints | Console |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function eventTable(): string {
  const rows = Object.entries(eventCommits).map(([name, { sha }]) => `| \`${name}\` | ${cell(sha)} |`)
  return ['| Event | `GITHUB_SHA` |', '| --- | --- |', ...rows].join('\n')
}

/** Outside of backticks, GitHub would remove `<cluster>` as an unknown element. */
function cell(value: string): string {
  return value
    .trim()
    .replaceAll('|', '\\|')
    .replace(/`[^`]*`|</g, (found) => (found === '<' ? '&lt;' : found))
    .replace(/\s*\n\s*/g, ' ')
}

/** Fills the part between `<!-- name -->` and `<!-- /name -->`. */
function fill(file: string, sections: Record<string, string>): void {
  let markdown = readFileSync(join(root, file), 'utf8')
  for (const [name, content] of Object.entries(sections)) {
    const part = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- /${name} -->)`)
    if (!part.test(markdown)) throw new Error(`${file} has no <!-- ${name} --> … <!-- /${name} -->`)
    markdown = markdown.replace(part, (_, start: string, end: string) => `${start}${content}\n${end}`)
  }
  write(file, markdown)
}

function write(file: string, content: string): void {
  const path = join(root, file)
  if (existsSync(path) && readFileSync(path, 'utf8') === content) return
  if (check) stale.push(file)
  else writeFileSync(path, content)
}
