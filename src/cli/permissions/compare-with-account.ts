import type { CliWorld, Given } from '../command.ts'
import type { PermissionsPlan } from './plan-permissions.ts'

/** TBD */
export async function compareWithAccount(_plan: PermissionsPlan, _given: Given, _world: CliWorld): Promise<number> {
  throw new Error('no')
}
