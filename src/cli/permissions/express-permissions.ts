import { deploy } from './deploy-permissions.ts'
import type { Permission } from './permission.ts'

/** What `deploy` needs and an Express service never does. */
const others = /^(codedeploy|codedeploy-.*|several|create-service|desired-count|invalidate|express)$/
const replaced = new Set(['ecs:UpdateService'])

/** Permissions of `deploy-express`: those of `deploy` for the ECS deployment controller, with the API of Express Mode. */
export const deployExpress: readonly Permission[] = [
  ...(deploy as readonly Permission[]).filter(
    ({ actions, when }) => !others.test(when ?? '') && !actions.some((action) => replaced.has(action)),
  ),
  {
    actions: ['ecs:UpdateExpressGatewayService'],
    why: 'deploy',
    without: 'fails',
  },
  {
    actions: ['ecs:DescribeExpressGatewayService'],
    why: 'compare health check path, network and scaling; the output `endpoint`',
    without: 'fails where one of these settings is given; else `endpoint` is empty',
  },
  {
    actions: ['ecs:CreateExpressGatewayService', 'iam:PassRole'],
    note: '(on the infrastructure, execution and task role)',
    why: 'create a missing service',
    without: 'fails',
  },
  {
    actions: ['ecs:TagResource', 'ecs:UntagResource'],
    note: 'on the service',
    why: '`mutate-tags-on-update`; `tags` of a new service',
    without: 'fails',
  },
]
