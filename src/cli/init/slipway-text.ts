import type { Draft, DraftEnvironment, DraftImage, DraftPlacement, DraftService } from './draft.ts'

const schema = 'https://raw.githubusercontent.com/your-org/slipway/v1/schema/slipway.schema.json'

/** The text of slipway.yml. */
export function slipwayText({ images, services, environments }: Draft): string {
  const [only, ...others] = images
  return [
    `# yaml-language-server: $schema=${schema}`,
    'version: 1',
    ...(only && others.length === 0 ? ['image:', ...imageLines(only, '  ')] : []),
    ...(others.length > 0
      ? ['images:', ...images.flatMap((one) => [`  ${one.name}:`, ...imageLines(one, '    ')])]
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
      : ['build-args:', ...buildArgs.map(([name, value]) => `  ${name}: ${scalar(value)}`)]),
    // An image of the whole repository changes with each file.
    ...(indent.length > 2 && context !== '.'
      ? [`paths: [${scalar(`${context}/**`)}] # built when one of these files changes`]
      : []),
  ]
  return lines.map((line) => `${indent}${line}`)
}

function serviceLines({ name, taskDefinition, container }: DraftService): readonly string[] {
  return [
    `  ${name}:`,
    ...(taskDefinition === undefined ? [] : [`    task-definition: ${scalar(taskDefinition)}`]),
    `    container: ${scalar(container)} # receives the image`,
  ]
}

function environmentLines({ name, region, account, role, placements }: DraftEnvironment): readonly string[] {
  return [
    `  ${name}:`,
    `    region: ${region}`,
    `    account: "${account}"`,
    `    role: ${scalar(role)} # assumed by OIDC; slipway permissions prints it`,
    '    services:',
    ...placements.flatMap(placementLines),
  ]
}

function placementLines({ name, cluster, service, serviceDefinition, group }: DraftPlacement): readonly string[] {
  return [
    `      ${name}:`,
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

/** A text in YAML, in quotes where it could be read as anything else. */
function scalar(value: string): string {
  const isPlain =
    /^[A-Za-z_./][\w./-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n|\.|\.\.|\.inf|\.nan)$/i.test(value)
  return isPlain || value === '.' ? value : JSON.stringify(value)
}
