/** What becomes of an input of another action: the name here, or `not needed`. Any other input is an obstacle. */
export type PeerInputs = Readonly<Record<string, string>>

/** An input that has no effect here. */
export const notNeeded = 'not needed'

const same = (names: string): PeerInputs => Object.fromEntries(names.split(/\s+/).map((name) => [name, name]))

/** aws-actions/configure-aws-credentials with a role, as the inputs of every action that calls AWS. */
export const credentialInputs: PeerInputs = {
  ...same('role-to-assume aws-region role-session-name role-duration-seconds audience allowed-account-ids'),
  'mask-aws-account-id': notNeeded,
  'unset-current-credentials': notNeeded,
  'retry-max-attempts': notNeeded,
  'disable-retry': notNeeded,
}

/** The same with static keys, which a role replaces. */
export const keyInputs: PeerInputs = {
  ...credentialInputs,
  'aws-access-key-id': notNeeded,
  'aws-secret-access-key': notNeeded,
  'aws-session-token': notNeeded,
}

/** aws-actions/amazon-ecr-login. */
export const ecrLoginInputs: PeerInputs = {
  'mask-password': notNeeded,
  'skip-logout': notNeeded,
  'registry-type': notNeeded,
}

/** aws-actions/amazon-ecs-deploy-express-service. */
export const expressInputs: PeerInputs = {
  ...same('service-name image execution-role-arn infrastructure-role-arn cluster container-port environment-variables'),
  ...same('secrets command log-group log-stream-prefix repository-credentials tags mutate-tags-on-update cpu memory'),
  ...same('task-role-arn subnets security-groups health-check-path min-task-count max-task-count auto-scaling-metric'),
  ...same('auto-scaling-target-value'),
}

/** geekcell/github-action-aws-ecs-run-task. */
export const runTaskInputs: PeerInputs = {
  ...same('cluster task-definition subnet-ids security-group-ids assign-public-ip override-container'),
  ...same('override-container-command override-container-environment tail-logs task-wait-until-stopped'),
  ...same('task-stop-max-wait-time'),
  'task-start-max-wait-time': notNeeded,
  'task-check-state-delay': notNeeded,
}

/** docker/build-push-action, but for its tags. */
export const buildInputs: PeerInputs = {
  ...same(
    'add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call cgroup-parent',
  ),
  ...same(
    'context file github-token labels load network no-cache no-cache-filters outputs platforms provenance pull push',
  ),
  ...same('sbom secrets secret-envs secret-files shm-size ssh target ulimit'),
}

/** docker/bake-action, but for the tags in `set`. */
export const bakeInputs: PeerInputs = {
  ...same('allow builder call no-cache provenance pull push sbom github-token'),
  files: 'bake-files',
  targets: 'bake-target',
  set: 'bake-set',
  source: notNeeded,
}

/** docker/metadata-action, as inputs of the build. */
export const metadataInputs: PeerInputs = {
  images: 'repository',
  ...same('tags flavor labels'),
  'github-token': notNeeded,
}

/** aws-actions/amazon-ecs-render-task-definition. */
export const renderInputs: PeerInputs = same(
  'task-definition task-definition-arn task-definition-family task-definition-revision container-name image ' +
    'environment-variables secrets env-files log-configuration-log-driver log-configuration-options docker-labels command ' +
    'task-role-arn execution-role-arn',
)

/** aws-actions/amazon-ecs-deploy-task-definition. */
export const deployInputs: PeerInputs = same(
  'task-definition task-definition-arn desired-count service cluster wait-for-service-stability wait-for-minutes ' +
    'wait-max-delay-seconds codedeploy-appspec codedeploy-application codedeploy-deployment-group ' +
    'codedeploy-deployment-description codedeploy-deployment-config force-new-deployment service-managed-ebs-volume-name ' +
    'service-managed-ebs-volume run-task run-task-container-overrides run-task-security-groups run-task-subnets ' +
    'run-task-assign-public-IP run-task-launch-type run-task-capacity-provider-strategy run-task-started-by run-task-tags ' +
    'run-task-managed-ebs-volume-name run-task-managed-ebs-volume wait-for-task-stopped enable-ecs-managed-tags ' +
    'propagate-tags keep-null-value-keys max-retries',
)

/** Reggionick/s3-deploy. */
export const s3DeployInputs: PeerInputs = {
  folder: 'folder',
  bucket: 'bucket',
  'bucket-region': 'aws-region',
  'dist-id': 'distribution-id',
  invalidation: 'invalidation',
  'delete-removed': 'delete-removed',
  'no-cache': 'cache-control',
  cache: 'cache-control',
  private: notNeeded,
}

/** einaregilsson/beanstalk-deploy. */
export const beanstalkDeployInputs: PeerInputs = {
  ...same(
    'application_name environment_name version_label version_description deployment_package existing_bucket_name ' +
      'use_existing_version_if_available wait_for_deployment wait_for_environment_recovery',
  ),
  region: 'aws-region',
  max_backoff_retries: notNeeded,
  aws_access_key: notNeeded,
  aws_secret_key: notNeeded,
  aws_session_token: notNeeded,
}

/** aws-actions/aws-elasticbeanstalk-deploy. */
export const elasticBeanstalkInputs: PeerInputs = {
  ...same(
    'aws-region application-name environment-name version-label deployment-package-path source-directory exclude-patterns ' +
      'image-uri option-settings s3-bucket-name use-existing-application-version-if-available wait-for-deployment ' +
      'wait-for-environment-recovery deployment-timeout',
  ),
  'create-environment-if-not-exists': notNeeded,
  'create-application-if-not-exists': notNeeded,
  'cname-prefix': notNeeded,
  'create-s3-bucket-if-not-exists': notNeeded,
  'max-retries': notNeeded,
  'retry-delay': notNeeded,
  'verbose-logging': notNeeded,
  'solution-stack-name': notNeeded,
  'platform-arn': notNeeded,
}

/** Names of inputs that the table does not have. */
export function unsupported(given: Iterable<string>, table: PeerInputs): readonly string[] {
  return [...given].filter((name) => !Object.hasOwn(table, name))
}
