/** Names and numbers in the shapes that AWS gives them, drawn from the world's seeded randomness. */
import type { World } from './contract.ts'

/** What an identifier needs of the world. */
export type Randomness = Pick<World, 'random'>

/** So many letters of an alphabet. */
export const draw = (world: Randomness, alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[Math.floor(world.random() * alphabet.length)]).join('')

/** Lower-case hexadecimal digits: a task id has 32, a target group's suffix 16. */
export const hexadecimal = (world: Randomness, length: number) => draw(world, '0123456789abcdef', length)

/** `ecs-svc/` and 19 digits: the id of a deployment and of a task set, and `startedBy` of its tasks. */
export const deploymentId = (world: Randomness) =>
  `ecs-svc/${1 + Math.floor(world.random() * 8)}${draw(world, '0123456789', 18)}`

/** The base64 alphabet for URLs: the last part of a hook id has 43 characters. */
export const base64url = (world: Randomness, length: number) =>
  draw(world, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', length)

/** The last part of a service deployment's ARN: 21 characters. */
export const serviceDeploymentId = (world: Randomness) => base64url(world, 21)

/** The last part of a service revision's ARN: 19 digits. */
export const serviceRevisionId = (world: Randomness) => deploymentId(world).slice('ecs-svc/'.length)

export const uuid = (world: Randomness) => [8, 4, 4, 4, 12].map((length) => hexadecimal(world, length)).join('-')

/** A private IPv4 address of the range 10.0.0.0/16. */
export const privateAddress = (world: Randomness) =>
  `10.0.${Math.floor(world.random() * 256)}.${4 + Math.floor(world.random() * 250)}`

/** `arn:aws:<service>:<region>:<account>:<resource>`. */
export const arn = (service: string, region: string, accountId: string, resource: string) =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`

/** The name behind the last slash of an ARN, or the name itself. */
export const nameOf = (reference: string) => reference.slice(reference.lastIndexOf('/') + 1)

/** What `items` are on this page, and the token of the next one. Tokens are opaque to clients; here they are offsets. */
export function paginate<Item>(
  items: readonly Item[],
  size: number,
  token?: string,
): { page: Item[]; nextToken?: string } {
  const start = token ? Number(Buffer.from(token, 'base64url').toString()) : 0
  const end = start + size
  const page = items.slice(start, end)
  return end < items.length ? { page, nextToken: Buffer.from(String(end)).toString('base64url') } : { page }
}
