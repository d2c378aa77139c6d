import { deploy } from './deploy-permissions.ts'
import type { Permission } from './permission.ts'

/** What `deploy` needs and an Express service never does. */
const others = /^(codedeploy|codedeploy-.*|several|create-service|desired-count|task-tags|invalidate|express)$/

const own = [
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
    tagged: 'service',
  },
] as const satisfies readonly Permission[]

/** Permissions of `deploy-express`: those of `deploy` for the ECS deployment controller, with the API of Express Mode. */
export const deployExpress: readonly ((typeof deploy)[number] | (typeof own)[number])[] = [
  ...deploy.filter(isOfExpress),
  ...own,
]

function isOfExpress({ actions, when }: Permission): boolean {
  return !others.test(when ?? '') && !actions.includes('ecs:UpdateService')
}
