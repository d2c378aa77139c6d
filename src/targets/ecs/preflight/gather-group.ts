import type { ReadFact } from '../../../diagnosis/read-fact.ts'
import { Failure } from '../../../failure.ts'
import type { CodeDeploy, DeploymentGroup, Ecs, JsonObject, Service } from '../../../ports.ts'
import { isEqual } from '../../../task-definition/equal.ts'
import { taskDefinitionOf } from '../codedeploy-group/appspec.ts'
import { groupMissing } from '../codedeploy-group/deployment-group.ts'
import { type GroupName, groupNameOf } from '../codedeploy-group/group-name.ts'
import { type GroupWish, searchGroup } from '../codedeploy-group/group-search.ts'
import type { CodeDeployFacts } from '../facts/preflight-facts.ts'

/** Adapters from which a deployment group is read. */
export interface CodeDeployPorts {
  readonly ecs: Pick<Ecs, 'describeTaskDefinition'>
  readonly codeDeploy: Pick<
    CodeDeploy,
    'describeDeploymentGroup' | 'findDeploymentGroups' | 'listActiveDeployments' | 'describeDeployment'
  >
}

interface Deployed {
  readonly definition: JsonObject
  /** ARN when an existing revision is deployed as it is. */
  readonly taskDefinition?: string | undefined
}

/** The deployment group that `deploy` would take for the service, and what it is busy with. */
export async function gatherCodeDeploy(
  wish: GroupWish,
  service: Service,
  deployed: Deployed,
  ports: CodeDeployPorts,
  readFact: ReadFact,
): Promise<CodeDeployFacts> {
  const usual = groupNameOf(wish)
  const { application, deploymentGroup } = usual
  const read = () => ports.codeDeploy.describeDeploymentGroup(application, deploymentGroup)
  const seen = await readFact('codedeploy:GetDeploymentGroup', 'the deployment group and its alarms', read)
  const isMissing = seen !== undefined && seen.value === undefined
  const group = isMissing ? await searched(wish, service, ports, readFact) : seen?.value
  if (group instanceof Failure) return { ...usual, group: undefined, problem: group }
  const { applicationName = application, deploymentGroupName = deploymentGroup } = group ?? {}
  const name = { application: applicationName, deploymentGroup: deploymentGroupName }
  const active = await readFact(
    'codedeploy:ListDeployments and codedeploy:GetDeployment',
    'whether another deployment is active',
    async () => await findActive(name, deployed, ports),
  )
  return { ...name, group, active: active?.value }
}

/** The group by another name, or the failure with which a deployment would end for want of one. */
async function searched(
  wish: GroupWish,
  service: Service,
  { codeDeploy }: CodeDeployPorts,
  readFact: ReadFact,
): Promise<DeploymentGroup | Failure> {
  const needed =
    'codedeploy:ListApplications, codedeploy:BatchGetApplications, codedeploy:ListDeploymentGroups and codedeploy:BatchGetDeploymentGroups'
  const found = await readFact(needed, 'whether a deployment group of another name deploys the service', async () => {
    try {
      return await searchGroup(wish, service, codeDeploy)
    } catch (error) {
      if (error instanceof Failure && error.parts.code === 'service-unsupported') return error
      throw error
    }
  })
  return found?.value ?? groupMissing(groupNameOf(wish))
}

async function findActive(
  { application, deploymentGroup }: GroupName,
  { definition, taskDefinition }: Deployed,
  { codeDeploy, ecs }: CodeDeployPorts,
): Promise<CodeDeployFacts['active']> {
  const [id] = await codeDeploy.listActiveDeployments(application, deploymentGroup)
  if (id === undefined) return undefined
  const { creator, revision } = await codeDeploy.describeDeployment(id)
  const isRollback = creator === 'codeDeployRollback'
  const deployed = taskDefinitionOf(revision)
  const isSame = async () => {
    if (deployed === undefined || taskDefinition !== undefined) return deployed === taskDefinition
    const stored = await ecs.describeTaskDefinition(deployed)
    return stored !== undefined && isEqual(definition, stored)
  }
  return { id, isRollback, isWanted: !isRollback && (await isSame()) }
}
