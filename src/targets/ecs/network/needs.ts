import { ecrPlaceOf } from '../../../image/ecr-host.ts'
import { parseReference } from '../../../image/reference.ts'
import type { JsonObject } from '../../../ports.ts'
import { containersOf, objectIn, objectsIn, textIn } from '../../../task-definition/members.ts'
import type { Need } from '../facts/network-facts.ts'
import { parseSecretReference } from '../facts/secret-uses.ts'

const names: Readonly<Record<string, string>> = {
  'ecr.api': 'Amazon ECR',
  'ecr.dkr': 'the registry of Amazon ECR',
  s3: 'Amazon S3 (layers of images in Amazon ECR)',
  logs: 'Amazon CloudWatch Logs',
  secretsmanager: 'AWS Secrets Manager',
  ssm: 'the SSM Parameter Store',
  kms: 'AWS KMS',
  ssmmessages: 'ECS Exec',
}

/**
 * What a task on AWS Fargate calls from its own network before and while it runs, from the names in its definition. Sources:
 * ECS developer guide, "Amazon ECS interface VPC endpoints", and ECR user guide, "Interface VPC endpoints".
 */
export function needsOf(definition: JsonObject, region: string, hasExec: boolean): readonly Need[] {
  const needs = [
    ...containersOf(definition).flatMap((container) => needsOfContainer(container, region)),
    ...(hasExec ? [endpoint('ssmmessages', true)] : []),
    // The ARN of a key in a variable is for the program; secrets and parameters are decrypted by their own service.
    ...(/arn:aws[\w-]*:kms:/.test(JSON.stringify(definition.containerDefinitions ?? []))
      ? [endpoint('kms', true)]
      : []),
  ]
  return [...new Map(needs.map((need) => [JSON.stringify(need), need])).values()]
}

function endpoint(name: string, isLater = false): Need {
  return { kind: 'endpoint', endpoint: name, name: names[name] ?? name, ...(isLater && { isLater }) }
}

function needsOfContainer(container: JsonObject, region: string): readonly Need[] {
  return [
    ...needsOfImage(textIn(container, 'image') ?? '', region),
    ...needsOfSecrets(container, region),
    ...needsOfLog(container, region),
  ]
}

function needsOfImage(image: string, region: string): readonly Need[] {
  const reference = parseReference(image)
  if (reference === undefined) return []
  const place = ecrPlaceOf(reference.registry)
  if (place?.region === region) return ['ecr.api', 'ecr.dkr', 's3'].map((name) => endpoint(name))
  return [{ kind: 'internet', name: `the registry ${reference.registry ?? 'docker.io'}` }]
}

function needsOfSecrets(container: JsonObject, region: string): readonly Need[] {
  const credentials = textIn(objectIn(container, 'repositoryCredentials'), 'credentialsParameter')
  const secrets = [
    ...objectsIn(container, 'secrets'),
    ...objectsIn(objectIn(container, 'logConfiguration'), 'secretOptions'),
  ]
  const references = [
    ...secrets.flatMap((secret) => textIn(secret, 'valueFrom') ?? []),
    ...(credentials ? [credentials] : []),
  ]
  return references.map(parseSecretReference).flatMap((reference): readonly Need[] => {
    if (reference.kind === 'invalid') return []
    const name = reference.kind === 'secret' ? 'secretsmanager' : 'ssm'
    return [endpointOrInternet(name, reference.region, region)]
  })
}

function needsOfLog(container: JsonObject, region: string): readonly Need[] {
  const configuration = objectIn(container, 'logConfiguration')
  if (textIn(configuration, 'logDriver') !== 'awslogs') return []
  return [endpointOrInternet('logs', textIn(objectIn(configuration, 'options'), 'awslogs-region'), region)]
}

/** An endpoint resolves only names of its own region. */
function endpointOrInternet(name: string, at: string | undefined, region: string): Need {
  if (at === undefined || at === '' || at === region) return endpoint(name)
  return { kind: 'internet', name: `${names[name]} in ${at}` }
}
