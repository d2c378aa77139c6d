import type { IamAction } from './permission-tables.ts'

/** What an action can be restricted to; `any`: AWS knows no resource for it, so `*` is the least. */
export type ResourceKind =
  | 'any'
  | 'application'
  | 'application-version'
  | 'beanstalk-application'
  | 'bucket'
  | 'cache-policy'
  | 'cluster'
  | 'deployment-config'
  | 'deployment-group'
  | 'deployment-log'
  | 'deployment-policy'
  | 'distribution'
  | 'environment'
  | 'environment-of-application'
  | 'event-rule'
  | 'infrastructure-role'
  | 'instance-profile'
  | 'kms-key'
  | 'log-stream'
  | 'object'
  | 'parameter'
  | 'platform'
  | 'public-registry'
  | 'repository'
  | 'role'
  | 'scalable-target'
  | 'schedule'
  | 'secret'
  | 'service'
  | 'service-deployment'
  | 'service-revision'
  | 'signing-profile'
  | 'simulated-role'
  | 'task'
  | 'task-definition'
  | 'tasks-of-cluster'

/** Resource types of each action: Service Authorization Reference, in the form of cfn-lint 1.58.0 (`Policies.json`). */
export const resourceKinds = {
  'application-autoscaling:DescribeScalableTargets': ['any'],
  'application-autoscaling:ListTagsForResource': ['scalable-target'],
  'application-autoscaling:RegisterScalableTarget': ['scalable-target'],
  'application-autoscaling:TagResource': ['scalable-target'],
  'application-autoscaling:UntagResource': ['scalable-target'],
  'autoscaling:*': ['any'],
  'cloudformation:*': ['any'],
  'cloudfront:CopyDistribution': ['distribution'],
  'cloudfront:CreateContinuousDeploymentPolicy': ['any'],
  'cloudfront:CreateDistribution': ['any'],
  'cloudfront:CreateInvalidation': ['distribution'],
  'cloudfront:GetCachePolicy': ['cache-policy'],
  'cloudfront:GetContinuousDeploymentPolicy': ['deployment-policy'],
  'cloudfront:GetDistribution': ['distribution'],
  'cloudfront:GetDistributionConfig': ['distribution'],
  'cloudfront:GetInvalidation': ['distribution'],
  'cloudfront:ListContinuousDeploymentPolicies': ['any'],
  'cloudfront:ListDistributions': ['any'],
  'cloudfront:UpdateContinuousDeploymentPolicy': ['deployment-policy'],
  'cloudfront:UpdateDistribution': ['distribution'],
  'cloudfront:UpdateDistributionWithStagingConfig': ['distribution'],
  // A list of alarms by name; their names are known to AWS alone.
  'cloudwatch:DescribeAlarms': ['any'],
  'codedeploy:BatchGetApplications': ['application'],
  'codedeploy:BatchGetDeploymentGroups': ['deployment-group'],
  'codedeploy:BatchGetDeployments': ['deployment-group'],
  'codedeploy:ContinueDeployment': ['any'],
  'codedeploy:CreateDeployment': ['deployment-group'],
  'codedeploy:GetApplicationRevision': ['application'],
  'codedeploy:GetDeployment': ['deployment-group'],
  'codedeploy:GetDeploymentConfig': ['deployment-config'],
  'codedeploy:GetDeploymentGroup': ['deployment-group'],
  'codedeploy:GetDeploymentTarget': ['any'],
  'codedeploy:ListApplications': ['any'],
  'codedeploy:ListDeploymentGroups': ['application'],
  'codedeploy:ListDeployments': ['deployment-group'],
  'codedeploy:RegisterApplicationRevision': ['application'],
  'codedeploy:StopDeployment': ['any'],
  'codedeploy:UpdateDeploymentGroup': ['deployment-group'],
  'ec2:*': ['any'],
  'ec2:DescribeRouteTables': ['any'],
  'ec2:DescribeSecurityGroups': ['any'],
  'ec2:DescribeSubnets': ['any'],
  'ec2:DescribeVpcEndpoints': ['any'],
  'ecr:BatchCheckLayerAvailability': ['repository'],
  'ecr:BatchGetImage': ['repository'],
  'ecr:CompleteLayerUpload': ['repository'],
  'ecr:CreateRepository': ['repository'],
  'ecr:DescribeImageReplicationStatus': ['repository'],
  'ecr:DescribeImageScanFindings': ['repository'],
  'ecr:DescribeImageSigningStatus': ['repository'],
  'ecr:DescribeImages': ['repository'],
  'ecr:DescribePullThroughCacheRules': ['any'],
  'ecr:DescribeRegistry': ['any'],
  'ecr:DescribeRepositories': ['repository'],
  'ecr:DescribeRepositoryCreationTemplates': ['any'],
  'ecr:GetAuthorizationToken': ['any'],
  'ecr:GetDownloadUrlForLayer': ['repository'],
  'ecr:GetLifecyclePolicy': ['repository'],
  'ecr:GetRepositoryPolicy': ['repository'],
  'ecr:GetSigningConfiguration': ['any'],
  'ecr:InitiateLayerUpload': ['repository'],
  'ecr:ListTagsForResource': ['repository'],
  'ecr:PutImage': ['repository'],
  'ecr:PutLifecyclePolicy': ['repository'],
  'ecr:SetRepositoryPolicy': ['repository'],
  'ecr:StartImageScan': ['repository'],
  'ecr:TagResource': ['repository'],
  'ecr:UploadLayerPart': ['repository'],
  'ecr-public:BatchCheckLayerAvailability': ['repository'],
  'ecr-public:CompleteLayerUpload': ['repository'],
  'ecr-public:CreateRepository': ['repository'],
  'ecr-public:DescribeRegistries': ['public-registry'],
  'ecr-public:DescribeRepositories': ['repository'],
  'ecr-public:GetAuthorizationToken': ['any'],
  'ecr-public:GetRepositoryPolicy': ['repository'],
  'ecr-public:InitiateLayerUpload': ['repository'],
  'ecr-public:ListTagsForResource': ['repository'],
  'ecr-public:PutImage': ['repository'],
  'ecr-public:SetRepositoryPolicy': ['repository'],
  'ecr-public:TagResource': ['repository'],
  'ecr-public:UploadLayerPart': ['repository'],
  'ecs:ContinueServiceDeployment': ['service', 'service-deployment'],
  'ecs:CreateService': ['service'],
  'ecs:DescribeClusters': ['cluster'],
  'ecs:CreateExpressGatewayService': ['service'],
  'ecs:DescribeExpressGatewayService': ['service'],
  'ecs:DescribeServiceDeployments': ['service', 'service-deployment'],
  'ecs:DescribeServiceRevisions': ['service', 'service-revision'],
  'ecs:DescribeServices': ['service'],
  'ecs:DescribeTaskDefinition': ['any'],
  'ecs:DescribeTasks': ['task'],
  'ecs:ListClusters': ['any'],
  'ecs:ListServiceDeployments': ['service'],
  'ecs:ListServices': ['any'],
  'ecs:ListTaskDefinitions': ['any'],
  'ecs:ListTasks': ['tasks-of-cluster'],
  'ecs:RegisterTaskDefinition': ['task-definition'],
  'ecs:RunTask': ['task-definition'],
  'ecs:StopTask': ['task'],
  'ecs:StopServiceDeployment': ['service', 'service-deployment'],
  'ecs:TagResource': ['task-definition', 'task', 'service'],
  'ecs:UntagResource': ['service'],
  'ecs:UpdateExpressGatewayService': ['service'],
  'ecs:UpdateService': ['service'],
  'elasticbeanstalk:AbortEnvironmentUpdate': ['environment'],
  'elasticbeanstalk:AddTags': ['application-version'],
  'elasticbeanstalk:CreateApplicationVersion': ['beanstalk-application', 'application-version'],
  'elasticbeanstalk:CreateStorageLocation': ['any'],
  'elasticbeanstalk:DeleteApplicationVersion': ['application-version'],
  'elasticbeanstalk:DescribeAccountAttributes': ['any'],
  'elasticbeanstalk:DescribeApplicationVersions': ['application-version'],
  'elasticbeanstalk:DescribeConfigurationSettings': ['environment'],
  'elasticbeanstalk:DescribeEnvironmentHealth': ['environment'],
  'elasticbeanstalk:DescribeEnvironmentManagedActions': ['environment'],
  // Those of the application: keep-versions deletes no version that one of them runs.
  'elasticbeanstalk:DescribeEnvironments': ['environment-of-application'],
  'elasticbeanstalk:DescribeEvents': ['beanstalk-application', 'application-version', 'environment'],
  'elasticbeanstalk:DescribeInstancesHealth': ['environment'],
  'elasticbeanstalk:DescribePlatformVersion': ['platform'],
  'elasticbeanstalk:ListTagsForResource': ['application-version'],
  'elasticbeanstalk:SwapEnvironmentCNAMEs': ['environment'],
  'elasticbeanstalk:UpdateEnvironment': ['environment'],
  'elasticbeanstalk:ValidateConfigurationSettings': ['environment'],
  'elasticloadbalancing:*': ['any'],
  'elasticloadbalancing:DescribeListeners': ['any'],
  'elasticloadbalancing:DescribeRules': ['any'],
  'elasticloadbalancing:DescribeTargetGroups': ['any'],
  'elasticloadbalancing:DescribeTargetHealth': ['any'],
  'iam:GetInstanceProfile': ['instance-profile'],
  'events:DescribeRule': ['event-rule'],
  'events:ListTargetsByRule': ['event-rule'],
  'events:PutTargets': ['event-rule'],
  'iam:GetRole': ['role', 'infrastructure-role'],
  'iam:PassRole': ['role'],
  'iam:SimulatePrincipalPolicy': ['role', 'simulated-role'],
  'inspector2:ListCoverage': ['any'],
  'inspector2:ListFindings': ['any'],
  'kms:CreateGrant': ['kms-key'],
  'kms:Decrypt': ['kms-key'],
  'kms:DescribeKey': ['kms-key'],
  'kms:GenerateDataKey': ['kms-key'],
  'kms:RetireGrant': ['kms-key'],
  'logs:DescribeLogGroups': ['any'],
  'logs:GetLogEvents': ['log-stream'],
  's3:AbortMultipartUpload': ['object'],
  's3:DeleteObject': ['object'],
  's3:GetObject': ['object', 'deployment-log'],
  's3:GetBucketPolicy': ['bucket'],
  's3:ListBucket': ['bucket'],
  's3:PutObject': ['object'],
  'scheduler:GetSchedule': ['schedule'],
  'scheduler:UpdateSchedule': ['schedule'],
  'secretsmanager:DescribeSecret': ['secret'],
  'secretsmanager:GetSecretValue': ['secret'],
  'signer:SignPayload': ['signing-profile'],
  'sts:GetServiceBearerToken': ['any'],
  'ssm:GetParameters': ['parameter'],
} as const satisfies Readonly<Record<IamAction, readonly ResourceKind[]>>
