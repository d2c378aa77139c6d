import { arnInAnyAccount } from '../arn.ts'
import type { Connection } from './connection.ts'

/** ARN for a minimal IAM statement; the account is left open where it is not known yet. */
export function ecsArn(connection: Connection, resource: string): string {
  return resource.startsWith('arn:') ? resource : arnInAnyAccount('ecs', connection.region, resource)
}

/** Leaves out members without a value, so that AWS keeps what it has. */
export function given<T extends object>(request: T): Mutable<T> {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)) as Mutable<T>
}

/** The SDK's types want arrays that may be changed; it changes none. */
type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Member in keyof T]: Mutable<T[Member]> }
    : T
