import { arnInAnyAccount } from '../arn.ts'
import type { Connection } from './connection.ts'

/** ARN of a repository in any account, as an IAM statement names it. */
export function repositoryArn({ region }: Pick<Connection, 'region'>, name: string): string {
  return arnInAnyAccount('ecr', region, `repository/${name}`)
}
