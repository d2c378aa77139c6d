import type { Json, JsonObject } from '../ports.ts'
import type { Kind } from './file-kind.ts'
import { exportIt } from './kinds-of-texts.ts'

interface ObjectSign extends Kind {
  readonly fits: (value: JsonObject) => boolean
}

const has = (value: JsonObject, ...names: readonly string[]) => names.every((name) => value[name] !== undefined)
/** True for a JSON object that is no array. */
export const isMap = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const anyOf = (value: Json | undefined, isIt: (item: JsonObject) => boolean) =>
  isMap(value) && Object.values(value).some((item) => isMap(item) && isIt(item))

/** Objects of other tools, and other files of this one. The first that fits counts. */
const objects: readonly ObjectSign[] = [
  {
    name: 'a CloudFormation template of the AWS CDK',
    fix: exportIt,
    fits: ({ Resources }) => anyOf(Resources, ({ Metadata }) => isMap(Metadata) && has(Metadata, 'aws:cdk:path')),
  },
  {
    name: 'a manifest of the AWS CDK (cdk.out)',
    fix: exportIt,
    fits: ({ artifacts, version }) => isMap(artifacts) && version !== undefined,
  },
  {
    name: 'a CloudFormation template',
    fix: exportIt,
    fits: (value) =>
      has(value, 'AWSTemplateFormatVersion') ||
      anyOf(value.Resources, ({ Type }) => typeof Type === 'string' && /^(?:AWS|Custom)::/.test(Type)),
  },
  {
    name: 'the properties of a CloudFormation resource',
    fix: `Its members begin with capital letters. ${exportIt}`,
    fits: (value) => has(value, 'ContainerDefinitions') || has(value, 'DesiredCount'),
  },
  {
    name: 'a state of Terraform',
    fix: exportIt,
    fits: (value) => has(value, 'terraform_version') || has(value, 'lineage', 'serial'),
  },
  {
    name: 'a Terraform configuration in JSON',
    fix: exportIt,
    fits: ({ resource }) =>
      anyOf(resource, () => true) && Object.keys(resource ?? {}).some((name) => /^aws_/.test(name)),
  },
  {
    name: 'a Kubernetes manifest',
    fix: 'Amazon ECS has another form. Write a task definition for it.',
    fits: (value) => has(value, 'apiVersion', 'kind'),
  },
  {
    name: 'a workflow of GitHub Actions',
    fix: 'Check the path of the file.',
    fits: (value) => has(value, 'jobs') && (has(value, 'on') || has(value, 'true')),
  },
  {
    name: 'a configuration of ecspresso',
    fix: 'Give the file that its "task_definition" or "service_definition" names.',
    fits: (value) => has(value, 'task_definition') || has(value, 'service_definition'),
  },
  {
    name: 'a manifest of AWS Copilot',
    fix: exportIt,
    fits: ({ name, type }) =>
      typeof name === 'string' && typeof type === 'string' && / (?:Service|Job|Site)$/.test(type),
  },
  {
    name: 'a Docker Compose file',
    fix: 'Amazon ECS has another form. Write a task definition for it.',
    fits: ({ services }) => anyOf(services, (service) => has(service, 'image') || has(service, 'build')),
  },
  {
    name: 'a list of ARNs',
    fix: exportIt,
    fits: (value) => Array.isArray(value.taskDefinitionArns) || Array.isArray(value.serviceArns),
  },
  {
    name: 'an answer of describe-tasks',
    fix: exportIt,
    fits: ({ tasks }) => Array.isArray(tasks),
  },
  {
    name: 'an AppSpec of CodeDeploy',
    fix: 'Give it in codedeploy-appspec.',
    fits: (value) =>
      (has(value, 'Resources') || has(value, 'resources')) && (has(value, 'version') || has(value, 'Hooks')),
  },
  {
    name: 'an AppSpec of CodeDeploy for EC2',
    fix: 'Amazon ECS has another form: "Resources" with a "TargetService".',
    fits: (value) => has(value, 'os') && (has(value, 'files') || has(value, 'hooks')),
  },
  {
    name: 'a slipway.yml',
    fix: 'Give it in the input config.',
    fits: (value) => has(value, 'environments', 'services'),
  },
  {
    name: 'a service definition',
    fix: 'Give it in the input service-definition of the action deploy.',
    fits: (value) => has(value, 'desiredCount') || has(value, 'serviceName') || Array.isArray(value.services),
  },
  {
    name: 'a task definition',
    fix: 'Give it in the input task-definition.',
    fits: (value) => has(value, 'containerDefinitions') || isMap(value.taskDefinition),
  },
  {
    name: 'a single container definition',
    fix: 'Put it into the list "containerDefinitions" of a task definition.',
    fits: (value) => has(value, 'image', 'name'),
  },
]

/** What an object is, where it is known by its members. */
export function kindOfObject(value: JsonObject): Kind | undefined {
  return objects.find(({ fits }) => fits(value))
}

/** What a list is, where all its items are alike. */
export function kindOfList(list: readonly Json[]): Kind | undefined {
  const isEvery = (...names: string[]) => list.length > 0 && list.every((item) => isMap(item) && has(item, ...names))
  if (isEvery('containerDefinitions'))
    return { name: `a list of ${list.length} task definitions`, fix: 'Give a file with one of them.' }
  if (isEvery('name', 'image'))
    return {
      name: "a list of container definitions, as Terraform's container_definitions has it",
      fix: 'Put it under "containerDefinitions" of a task definition with a "family".',
    }
  return undefined
}
