/**
 * The schemas that AWS's JavaScript clients export (`UpdateService$`, …), for comparing them with AWS's models.
 * They are semi-internal exports: nothing else touches them. Their shape is a tuple:
 * [kind, namespace, name, traits, member names, member types, count of required members] for structures,
 * [9, namespace, name, traits, input, output] for operations.
 */
import { NormalizedSchema } from '@smithy/core/schema'
import type { Shape } from './model.ts'

const packages: Readonly<Record<string, () => Promise<object>>> = {
  ecs: () => import('@aws-sdk/client-ecs'),
  ecr: () => import('@aws-sdk/client-ecr'),
  'ecr-public': () => import('@aws-sdk/client-ecr-public'),
  codedeploy: () => import('@aws-sdk/client-codedeploy'),
  sts: () => import('@aws-sdk/client-sts'),
  elbv2: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  logs: () => import('@aws-sdk/client-cloudwatch-logs'),
  cloudwatch: () => import('@aws-sdk/client-cloudwatch'),
  secretsmanager: () => import('@aws-sdk/client-secrets-manager'),
  ssm: () => import('@aws-sdk/client-ssm'),
  'application-autoscaling': () => import('@aws-sdk/client-application-auto-scaling'),
  iam: () => import('@aws-sdk/client-iam'),
  elasticbeanstalk: () => import('@aws-sdk/client-elastic-beanstalk'),
  ec2: () => import('@aws-sdk/client-ec2'),
  cloudfront: () => import('@aws-sdk/client-cloudfront'),
  s3: () => import('@aws-sdk/client-s3'),
  events: () => import('@aws-sdk/client-eventbridge'),
  scheduler: () => import('@aws-sdk/client-scheduler'),
}

/** Services whose clients are installed: the others have no schema to compare with. */
export const servicesWithClient: readonly string[] = Object.keys(packages)

export type ClientType = Shape['type'] | 'number' | 'document'

/** One node of a client's schema. */
export interface ClientShape {
  readonly type: ClientType
  readonly name: string
  readonly members: ReadonlyMap<string, () => ClientShape>
  readonly required: readonly string[]
  readonly element: (() => ClientShape) | undefined
}

export interface ClientOperation {
  readonly input: ClientShape
  readonly output: ClientShape
}

type Schema = Parameters<typeof NormalizedSchema.of>[0]

function typeOf(schema: NormalizedSchema): ClientType {
  if (schema.isStructSchema() || schema.isUnitSchema()) return 'structure'
  if (schema.isListSchema()) return 'list'
  if (schema.isMapSchema()) return 'map'
  if (schema.isTimestampSchema()) return 'timestamp'
  if (schema.isBlobSchema()) return 'blob'
  if (schema.isBooleanSchema()) return 'boolean'
  if (schema.isNumericSchema()) return 'number'
  if (schema.isStringSchema()) return 'string'
  return 'document'
}

function read(schema: NormalizedSchema): ClientShape {
  const type = typeOf(schema)
  const isStructure = type === 'structure' && !schema.isUnitSchema()
  const raw = schema.getSchema() as readonly unknown[]
  const names = isStructure ? (raw[4] as readonly string[]) : []
  return {
    type,
    name: schema.getName() ?? '',
    members: new Map(
      isStructure ? [...schema.structIterator()].map(([name, member]) => [name, () => read(member)] as const) : [],
    ),
    required: names.slice(0, isStructure ? ((raw[6] as number | undefined) ?? 0) : 0),
    element: type === 'list' || type === 'map' ? () => read(schema.getValueSchema()) : undefined,
  }
}

/** All operations of a service as its client knows them. */
export async function loadClientOperations(service: string): Promise<ReadonlyMap<string, ClientOperation>> {
  const load = packages[service]
  if (!load) throw new Error(`No client of ${service} is installed`)
  const operations = new Map<string, ClientOperation>()
  for (const exported of Object.values(await load())) {
    if (!Array.isArray(exported) || exported[0] !== 9) continue
    const [, , name, , input, output] = exported as [number, string, string, unknown, Schema, Schema]
    operations.set(name, { input: read(NormalizedSchema.of(input)), output: read(NormalizedSchema.of(output)) })
  }
  return operations
}
