/** The AppSpec file of an Amazon ECS deployment. */
import { createHash } from 'node:crypto'
import type { RevisionLocation } from '@aws-sdk/client-codedeploy'
import { parse } from 'yaml'
import { refusal } from './state.ts'

export interface AppSpec {
  readonly taskDefinition: string
  readonly containerName: string
  readonly containerPort: number
  /** Lambda function by lifecycle event. */
  readonly hooks: Readonly<Record<string, string>>
}

/** Why an AppSpec is refused: INVALID_REVISION of the deployment that was made with it. The words are not AWS's. */
class InvalidAppSpec extends Error {}

const invalid = (message: string): never => {
  throw new InvalidAppSpec(`The AppSpec file is not valid: ${message}`)
}

/** The content of a revision. Throws what CreateDeployment itself answers. */
export function contentOf(revision: RevisionLocation | undefined): string {
  if (!revision) throw refusal('RevisionRequiredException', 'Revision is required')
  if (revision.revisionType !== 'AppSpecContent' && revision.revisionType !== 'String')
    throw refusal(
      'InvalidRevisionException',
      'The simulator reads revisions of the type AppSpecContent and String only.',
    )
  const given = revision.appSpecContent ?? revision.string
  if (!given?.content) throw refusal('InvalidRevisionException', 'The AppSpec content is missing in the revision.')
  const digest = createHash('sha256').update(given.content).digest('hex')
  if (given.sha256 !== undefined && given.sha256.toLowerCase() !== digest)
    throw refusal('InvalidRevisionException', 'The SHA256 hash does not match the AppSpec content.')
  return given.content
}

type Node = Readonly<Record<string, unknown>>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member by its name in any case: AWS reads `resources` and `Resources` alike. */
const member = (node: unknown, name: string): unknown =>
  isNode(node) ? Object.entries(node).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] : undefined

/**
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
 * Throws `InvalidAppSpec`.
 */
function parseAppSpec(content: string): AppSpec {
  let document: unknown
  try {
    document = parse(content)
  } catch (error) {
    return invalid(`it is neither JSON nor YAML (${(error as Error).message.split('\n')[0]}).`)
  }
  if (!isNode(document)) return invalid('it is no mapping.')
  if (Number(member(document, 'version')) !== 0) return invalid('version must be 0.0.')
  const resources = member(document, 'Resources')
  if (!Array.isArray(resources) || resources.length !== 1) return invalid('Resources must list one target service.')
  const target = Object.values(resources[0] as Node)[0]
  if (member(target, 'Type') !== 'AWS::ECS::Service') return invalid('Type must be AWS::ECS::Service.')
  const properties = member(target, 'Properties')
  const taskDefinition = member(properties, 'TaskDefinition')
  if (typeof taskDefinition !== 'string') return invalid('TaskDefinition is required.')
  const loadBalancer = member(properties, 'LoadBalancerInfo')
  const containerName = member(loadBalancer, 'ContainerName')
  const containerPort = Number(member(loadBalancer, 'ContainerPort'))
  if (typeof containerName !== 'string' || !Number.isInteger(containerPort))
    return invalid('LoadBalancerInfo needs ContainerName and ContainerPort.')
  checkNetwork(member(member(properties, 'NetworkConfiguration'), 'AwsvpcConfiguration'))
  return { taskDefinition, containerName, containerPort, hooks: parseHooks(member(document, 'Hooks')) }
}

/** What the AppSpec says, or why a deployment with it fails. */
export function readAppSpec(content: string): { appSpec?: AppSpec; problem?: string } {
  try {
    return { appSpec: parseAppSpec(content) }
  } catch (error) {
    if (error instanceof InvalidAppSpec) return { problem: error.message }
    throw error
  }
}

function checkNetwork(network: unknown) {
  if (network === undefined) return
  const given = ['Subnets', 'SecurityGroups', 'AssignPublicIp'].filter((name) => member(network, name) !== undefined)
  if (given.length < 3) invalid('AwsvpcConfiguration needs Subnets, SecurityGroups and AssignPublicIp.')
}

const scriptable = ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic']

function parseHooks(hooks: unknown): Record<string, string> {
  if (hooks === undefined || hooks === null) return {}
  if (!Array.isArray(hooks)) return invalid('Hooks must be a list.')
  const pairs = hooks.flatMap((hook) => Object.entries(hook as Node))
  const wrong = pairs.find(([name, lambda]) => !scriptable.includes(name) || typeof lambda !== 'string')
  if (wrong) return invalid(`${wrong[0]} is no lifecycle event with a hook.`)
  return Object.fromEntries(pairs) as Record<string, string>
}
