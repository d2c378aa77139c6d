import type { Entry } from '../entry.ts'

const health = 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-health-enhanced-notifications.html'

/** What events of Elastic Beanstalk and causes of enhanced health say of a deployment that fails. */
export const beanstalkEvents: readonly Entry[] = [
  {
    code: 'beanstalk-configuration-file',
    pattern:
      /configuration file (?<file>\S{1,200}) in application version .{1,120} contains invalid YAML or JSON\. (?<what>[^\n]{0,300})/,
    error: 'contains invalid YAML or JSON',
    why: '{file}: {what}',
    fix: 'Correct the file: YAML does not allow tabs, and every item of a list needs the same indentation.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/ebextensions.html',
  },
  {
    code: 'beanstalk-option-invalid',
    pattern:
      /Invalid option (?:specification|value)[^\n]{0,80}\(Namespace: '(?<namespace>[^']{1,200})', OptionName: '(?<option>[^']{1,100})'\)(?<what>[^\n]{0,200})/,
    error: 'Invalid option specification',
    why: '{namespace}:{option}{what}',
    fix: 'Correct the option in `.ebextensions` or in option-settings.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html',
  },
  {
    code: 'beanstalk-instance-profile',
    pattern: /instance profile (?<profile>[\w+=,.@-]{1,128}) (?:associated with the environment )?does not exist/,
    error: 'The instance profile {profile} does not exist',
    why: 'the environment names an instance profile that is missing in this account',
    fix: 'Create it, or set IamInstanceProfile (aws:autoscaling:launchconfiguration) to one that exists.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-instanceprofile.html',
  },
  {
    code: 'beanstalk-service-role',
    pattern:
      /Unable to assume role "?(?<role>[^"\s]{1,200})|None of the instances are sending data|Access denied while accessing Auto Scaling and Elastic Load Balancing using role "?(?<denied>[^"\s]{1,200})/,
    error: 'Unable to assume role {role}',
    why: 'Elastic Beanstalk cannot read the health of the environment with its service role {denied}',
    fix: 'Check that the service role exists, trusts elasticbeanstalk.amazonaws.com, and has AWSElasticBeanstalkEnhancedHealth.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-servicerole.html',
  },
  {
    code: 'beanstalk-capacity',
    pattern:
      /(?<what>(?:Insufficient(?:InstanceCapacity)?|VcpuLimitExceeded|InstanceLimitExceeded|You have requested more (?:vCPU|instances))[^\n]{0,200})|EC2 Instance Launch Failure|active instances is below Auto Scaling group minimum size/,
    error: 'EC2 Instance Launch Failure',
    why: 'Amazon EC2 could not launch an instance {what}',
    fix: 'Raise the vCPU quota of the account, or use another instance type or more Availability Zones. Immutable and TrafficSplitting need twice the instances.',
  },
  {
    code: 'beanstalk-command-timeout',
    pattern:
      /not responded in the allowed command timeout time[^[]{0,80}(?<instances>\[[^\]]{0,200}\])?|but with command timeouts/,
    error: 'instances have not responded in the allowed command timeout time',
    why: 'a step did not end within Timeout plus 240 s on {instances|some instances}: a build on the instance, a hook that waits, too little memory, or a wrong clock (NTP, UDP 123)',
    fix: 'Build in the workflow, end hooks that wait, or raise Timeout (aws:elasticbeanstalk:command, up to 3600).',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/troubleshooting-deployments.html',
  },
  {
    code: 'beanstalk-stack-failed',
    pattern:
      /Stack named '[^']{1,200}' aborted operation\.[^\n]{0,200}?Reason: (?<what>[^\n]{1,300})|Service:AmazonCloudFormation, Message:(?<message>[^\n]{1,300})/,
    error: 'UPDATE_ROLLBACK_IN_PROGRESS',
    why: 'AWS CloudFormation could not change the resources of the environment {what}{message}',
    fix: 'Read the events of the stack in the CloudFormation console, and correct the option or resource that failed.',
  },
  {
    code: 'beanstalk-health-check',
    pattern:
      /ELB (?:health is failing or not available|processes are not healthy)[^\n]{0,80}|Has Zero Healthy Instances|Process \S{1,60} has been unhealthy/,
    error: 'ELB health is failing or not available',
    why: 'the instances do not pass the health check of the load balancer',
    fix: 'Check path, port and matcher of the process (aws:elasticbeanstalk:environment:process:default), and that the program listens on the port in PORT.',
    docs: health,
  },
  {
    code: 'beanstalk-http-errors',
    pattern:
      /(?<percent>\d+(?:\.\d+)?) ?% of the requests (?:to the ELB )?are (?:failing|erroring) with HTTP (?<status>\dxx)/,
    error: '{percent}% of the requests are failing with HTTP {status}',
    why: 'the program returns errors since the deployment',
    fix: 'Find the error in the log of the program (web.stdout.log); check its variables and the database.',
    docs: health,
  },
  {
    code: 'beanstalk-services-down',
    pattern:
      /Following services are not running: (?<services>[^.\n]{1,200})|Impaired services on (?<scope>[^.\n]{1,80})/,
    error: 'Following services are not running: {services}',
    why: 'the program or its proxy stopped after the deployment {scope}',
    fix: 'Find the error in web.stdout.log and eb-engine.log of the instance.',
    docs: health,
  },
  {
    code: 'beanstalk-wrong-version',
    pattern:
      /Incorrect application version (?:found on (?<count>\d+ out of \d+ instances)|on environment instances|"(?<label>[^"]{1,100})")/,
    error: 'Incorrect application version found on {count|instances}',
    why: 'a deployment failed or was aborted after some instances had the new version',
    fix: 'Deploy one version to all instances again.',
    docs: health,
    weight: 'general',
  },
  {
    code: 'beanstalk-command-failed',
    pattern:
      /Command failed on (?:instance\. Return code: (?<exitCode>\d+)|(?<scope>all instances|\d+ out of \d+ instances))|Instance deployment failed|Unsuccessful command execution/,
    error: 'Command failed on {scope|instance}',
    why: 'a step of the deployment failed on the instances (return code {exitCode|unknown})',
    fix: 'Read the step that is marked [ERROR] in the deployment log (s3:GetObject on resources/environments/logs/*), or /var/log/eb-engine.log of an instance.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/troubleshooting-deployments.html',
    weight: 'general',
  },
]
