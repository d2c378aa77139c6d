import { buildPush, imageScan, registerTaskDefinition } from './build-permissions.ts'
import { deploy } from './deploy-permissions.ts'
import { doctor, pastDeployment } from './doctor-permissions.ts'
import { continueDeployment, rollback } from './later-permissions.ts'
import type { Permission } from './permission.ts'
import { preflight } from './preflight-permissions.ts'
import { promote } from './promote-permissions.ts'

/** The one table of what each action needs in AWS: policies and the READMEs are made of it. */
export const permissionTables = {
  'build-push': [...buildPush, ...imageScan],
  'register-task-definition': registerTaskDefinition,
  deploy: [...deploy, ...preflight],
  rollback,
  continue: continueDeployment,
  doctor: [...doctor, ...pastDeployment],
  promote,
} satisfies Readonly<Record<string, readonly Permission[]>>

/** Name of an action that needs permissions in AWS. */
export type ActionName = keyof typeof permissionTables

/** The actions that are chosen; `promote` is used where an environment has `image-tags`. */
export const actionNames = (Object.keys(permissionTables) as readonly ActionName[]).filter((name) => name !== 'promote')

/** The IAM actions in all tables. */
export type IamAction = (typeof permissionTables)[ActionName][number]['actions'][number]

/** Every IAM action that Slipway ever needs, sorted. */
export const allIamActions: readonly IamAction[] = [
  ...new Set(
    Object.values(permissionTables).flatMap((rows) => rows.flatMap(({ actions }): readonly IamAction[] => actions)),
  ),
].sort()

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
