import { deployBeanstalk, doctorBeanstalk } from './beanstalk-permissions.ts'
import { buildPush, imageScan, publicBuildPush, registerTaskDefinition } from './build-permissions.ts'
import { deploy } from './deploy-permissions.ts'
import { doctor, pastDeployment } from './doctor-permissions.ts'
import { deployExpress } from './express-permissions.ts'
import { continueDeployment, rollback } from './later-permissions.ts'
import type { Permission } from './permission.ts'
import { preflight } from './preflight-permissions.ts'
import { promote } from './promote-permissions.ts'
import { runTask } from './run-task-permissions.ts'
import { deploySite, doctorSite } from './site-permissions.ts'
import { verify } from './step-permissions.ts'

/** The one table of what each action needs in AWS: policies and the READMEs are made of it. */
export const permissionTables = {
  'build-push': [...buildPush, ...imageScan],
  'register-task-definition': registerTaskDefinition,
  'run-task': runTask,
  deploy: [...deploy, ...preflight],
  'deploy-express': [...deployExpress, ...preflight],
  rollback,
  continue: continueDeployment,
  doctor: [...doctor, ...pastDeployment],
  promote,
  verify,
} satisfies Readonly<Record<string, readonly Permission[]>>

/** What actions need for a static site: it is rolled back by the action that deploys it. */
export const siteTables = { deploy: deploySite, rollback: deploySite, doctor: doctorSite } satisfies Tables

/** What actions need for a service of Elastic Beanstalk. */
export const beanstalkTables = {
  deploy: deployBeanstalk,
  rollback: deployBeanstalk,
  doctor: doctorBeanstalk,
} satisfies Tables

/** What actions need for a repository of Amazon ECR Public. */
export const publicTables = { 'build-push': publicBuildPush } satisfies Tables

type Tables = Readonly<Partial<Record<ActionName, readonly Permission[]>>>

/** Name of an action that needs permissions in AWS. */
export type ActionName = keyof typeof permissionTables

/** The actions that are chosen; `promote` is used where an environment has `image-tags`. */
export const actionNames = (Object.keys(permissionTables) as readonly ActionName[]).filter((name) => name !== 'promote')

/** The IAM actions in all tables. */
export type IamAction =
  | ActionIn<typeof permissionTables>
  | ActionIn<typeof siteTables>
  | ActionIn<typeof beanstalkTables>
  | ActionIn<typeof publicTables>

type ActionIn<Of extends Readonly<Record<string, readonly Permission[]>>> = Of[keyof Of][number]['actions'][number]

/** Every IAM action in these tables, sorted. */
export function actionsIn<Of extends Readonly<Record<string, readonly Permission[]>>>(
  tables: Of,
): readonly ActionIn<Of>[] {
  return [...new Set(Object.values(tables).flatMap((rows) => rows.flatMap(({ actions }) => actions)))].sort()
}

/** The table of a README, by its rows. */
export function permissionMarkdown(rows: readonly Permission[], head: readonly string[]): string {
  const lines = rows.map(({ actions, note, side, why, without }) => {
    const names = actions.map((action) => `\`${action}\``).join(', ')
    const first = note === undefined ? names : `${names} ${note}`
    const cells = [first, ...(side === undefined ? [] : [side]), why, ...(without === undefined ? [] : [without])]
    return `| ${cells.join(' | ')} |`
  })
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...lines].join('\n')
}
