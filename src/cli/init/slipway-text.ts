import type { Draft, DraftEnvironment, DraftImage, DraftPlacement, DraftService } from './draft.ts'
import { scalar } from './yaml-scalar.ts'

/** The text of slipway.yml; `slipway`: repository and version whose schema completes it in editors. */
export function slipwayText({ images, services, environments }: Draft, slipway: string): string {
  const [only, ...others] = images
  return [
    `# yaml-language-server: $schema=https://raw.githubusercontent.com/${slipway.replace('@', '/')}/schema/slipway.schema.json`,
    'version: 1',
    ...(only && others.length === 0 ? ['image:', ...imageLines(only, '  ')] : []),
    ...(others.length > 0
      ? ['images:', ...images.flatMap((one) => [`  ${scalar(one.name)}:`, ...imageLines(one, '    ')])]
      : []),
    'services:',
    ...services.flatMap(serviceLines),
    'environments: # each named like its GitHub environment',
    ...environments.flatMap(environmentLines),
    '',
  ].join('\n')
}

function imageLines(image: DraftImage, indent: string): readonly string[] {
  const { repository, context, file, target, platform } = image
  const buildArgs = Object.entries(image.buildArgs)
  const lines = [
    `repository: ${scalar(repository)} # ECR repository`,
    `context: ${scalar(context)}`,
    ...(file === undefined ? [] : [`file: ${scalar(file)}`]),
    ...(target === undefined ? [] : [`target: ${scalar(target)}`]),
    ...(platform === undefined ? [] : [`platforms: [${scalar(platform)}]`]),
    ...(buildArgs.length === 0
      ? []
      : ['build-args:', ...buildArgs.map(([name, value]) => `  ${scalar(name)}: ${scalar(value)}`)]),
    // An image of the whole repository changes with each file.
    ...(indent.length > 2 && context !== '.'
      ? [`paths: [${scalar(`${context}/**`)}] # built when one of these files changes`]
      : []),
  ]
  return lines.map((line) => `${indent}${line}`)
}

function serviceLines({ name, taskDefinition, container }: DraftService): readonly string[] {
  return [
    `  ${scalar(name)}:`,
    ...(taskDefinition === undefined ? [] : [`    task-definition: ${scalar(taskDefinition)}`]),
    `    container: ${scalar(container)} # receives the image`,
  ]
}

function environmentLines({ name, region, account, role, placements }: DraftEnvironment): readonly string[] {
  return [
    `  ${scalar(name)}:`,
    `    region: ${region}`,
    `    account: "${account}"`,
    `    role: ${scalar(role)} # assumed by OIDC; slipway permissions prints it`,
    '    services:',
    ...placements.flatMap(placementLines),
  ]
}

function placementLines({ name, cluster, service, serviceDefinition, group }: DraftPlacement): readonly string[] {
  return [
    `      ${scalar(name)}:`,
    `        cluster: ${scalar(cluster)}`,
    `        service: ${scalar(service)}`,
    ...(serviceDefinition === undefined
      ? []
      : [`        service-definition: ${scalar(serviceDefinition)} # creates the service, which does not exist yet`]),
    ...(group === undefined
      ? []
      : [
          `        codedeploy-application: ${scalar(group.application)}`,
          `        codedeploy-deployment-group: ${scalar(group.deploymentGroup)}`,
        ]),
  ]
}
