/** Nothing is wrong with the image, but the task cannot be made ready: secrets, logs, roles, volumes. */
import { type Definition, ecsGuide, type FailureScenario, github } from './scenario.ts'

const notReady = (words: string) =>
  ({ kind: 'fails-to-start', stoppedReason: `ResourceInitializationError: ${words}` }) as const
const unableToPull = 'unable to pull secrets or registry auth: execution resource retrieval failed:'
const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders/db-UMl6GF'

const withLogGroup = (definition: Definition, group: string): Definition => ({
  ...definition,
  containerDefinitions: definition.containerDefinitions?.map((container) => ({
    ...container,
    logConfiguration: {
      logDriver: 'awslogs' as const,
      options: { 'awslogs-group': group, 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'api' },
    },
  })),
})

export const start: readonly FailureScenario[] = [
  {
    name: 'the secret does not exist',
    source: ecsGuide('resource-initialization-error'),
    engine: 'rolling',
    tasks: notReady(
      `${unableToPull} unable to retrieve secret from asm: The task can't retrieve the secret with ARN '${secret}' from AWS Secrets Manager. Check whether the secret exists in the specified Region. ResourceNotFoundException: Fetching secret data from AWS Secrets Manager in region eu-west-1: secret ${secret}: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
    ),
    decisive: /ResourceNotFoundException/,
    cause: ['orders/db', /does not exist|not found|can.?not find|can't find|missing|no secret/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the secret has no such JSON key',
    source: github('quiltdata/benchling-webhook'),
    engine: 'rolling',
    tasks: notReady(
      `${unableToPull} unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key SUPABASE_SECRET_KEY`,
    ),
    decisive: /did not contain json key/,
    cause: ['SUPABASE_SECRET_KEY', /key/i, /secret/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the key that encrypts the secret is denied',
    source: github('GiamPy5/terraform-aws-directus/issues/10'),
    engine: 'CodeDeploy',
    tasks: notReady(
      `${unableToPull} unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${secret} from secrets manager: AccessDeniedException: Access to KMS is not allowed`,
    ),
    decisive: /Access to KMS/,
    cause: ['orders/db', /KMS/, /allow|permission|denied|may not|decrypt/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the execution role may not read a parameter',
    source: 'https://repost.aws/knowledge-center/ecs-unable-to-pull-secrets',
    engine: 'blue/green',
    tasks: notReady(
      `${unableToPull} unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/ecsTaskExecutionRole/17cbd22653424f62971b13fffcf6113e is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/orders/email/SENDER because no identity-based policy allows the ssm:GetParameters action`,
    ),
    decisive: /ssm:GetParameters/,
    cause: ['ssm:GetParameters', 'ecsTaskExecutionRole', 'orders/email/SENDER'],
    verdict: 'rolled-back',
  },
  {
    name: 'the log group does not exist',
    source: github('cn-terraform/terraform-aws-nexus/issues/35'),
    engine: 'rolling',
    definition: (definition) => withLogGroup(definition, '/teams/orders/api'),
    decisive: /The specified log group does not exist/,
    cause: ['/teams/orders/api', /log group/i, /does not exist|not found|missing/i],
    verdict: 'rolled-back',
  },
  {
    name: 'no way to CloudWatch Logs, worded as a missing group',
    source: ecsGuide('resource-initialization-error'),
    engine: 'linear',
    tasks: notReady(
      'failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed',
    ),
    decisive: /connection issue/,
    cause: [/CloudWatch|logs/i, /network|connect|reach|route/i],
    never: [/log group [^.]*(does not exist|is missing)/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the task role cannot be assumed',
    source: github('tmknom/terraform-aws-codedeploy-for-ecs/pull/18'),
    engine: 'rolling',
    tasks: {
      kind: 'not-launched',
      error:
        "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/orders-task' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
    },
    decisive: /unable to assume the role/,
    cause: ['orders-task', /assum/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the file system refuses to be mounted',
    source: github('aws/copilot-cli/issues/3350'),
    engine: 'rolling',
    tasks: notReady(
      "failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command execution; code: 32",
    ),
    decisive: /mount\.nfs4/,
    cause: [/EFS/, /mount/i, /denied|denies|refuse|access|allow/i],
    verdict: 'rolled-back',
  },
]
