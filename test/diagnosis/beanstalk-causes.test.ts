/** Failures of Elastic Beanstalk in its own words, and the cause that is found first. */
import { describe, expect, test } from '@jest/globals'
import { explain } from '../../src/targets/beanstalk/finish/explain-environment.ts'
import { failedStep } from '../../src/targets/beanstalk/finish/failed-step.ts'
import { renderText } from '../../src/text.ts'

const none = {
  step: [],
  events: [],
  others: [],
  healthStatus: undefined,
  causes: [],
  instances: [],
  missingPermissions: [],
}
const event = (message: string, severity = 'ERROR', at = 0) => ({ at, message, severity, requestId: 'r' })
const consequence = event('Failed to deploy application.')
const inWords = (cause: ReturnType<typeof explain>) =>
  [cause.error ?? [], cause.why].map((part) => renderText(part, (theirs) => theirs)).join(': ')

describe('the failed step of the deployment log', () => {
  test.each([
    ['no basic auth credentials', 'beanstalk-image-denied'],
    ['is not authorized to perform: ecr:BatchGetImage on resource', 'beanstalk-image-denied'],
    ['manifest for shop:v9 not found: manifest unknown', 'beanstalk-image-missing'],
    ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'beanstalk-platform'],
    ['exec /usr/bin/node: exec format error', 'beanstalk-platform'],
    ['invalid reference format', 'beanstalk-digest-refused'],
    ['Failed to pull Docker image shop:v2, retrying...', 'beanstalk-image-pull'],
    ['No EXPOSE directive found in Dockerfile, abort deployment', 'beanstalk-expose-missing'],
    [
      'ECS Application sourcebundle validation error: Unsupported AWSEBDockerrunVersion: 1',
      'beanstalk-dockerrun-version',
    ],
    ['Failed to download authentication credentials config.json from secrets', 'beanstalk-registry-auth'],
    ['fork/exec .platform/hooks/predeploy/01_migrate.sh: permission denied', 'beanstalk-hook-mode'],
    ['fork/exec .platform/hooks/predeploy/01_migrate.sh: no such file or directory', 'beanstalk-hook-interpreter'],
    ['write /var/cache: no space left on device', 'beanstalk-disk-full'],
    ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'beanstalk-memory'],
    ['Error occurred during build: Command 01_migrate failed', 'beanstalk-container-command'],
    ["Instance deployment failed to generate a 'Procfile' for Node.js.", 'beanstalk-procfile'],
    ['zip: not a valid zip file', 'beanstalk-bundle-unreadable'],
    ['nginx: [emerg] unknown directive "prox_pass" in /etc/nginx/conf.d/a.conf:3', 'beanstalk-proxy-config'],
    ['Error: listen EADDRINUSE: address already in use :::8080', 'beanstalk-port-in-use'],
    ["Error: Cannot find module 'express'", 'beanstalk-module-missing'],
    ["ModuleNotFoundError: No module named 'flask'", 'beanstalk-module-missing'],
    ['npm ERR! missing script: start', 'beanstalk-build-failed'],
    ['Could not find a version that satisfies the requirement django==9', 'beanstalk-build-failed'],
    ['connect ETIMEDOUT 52.216.0.1:443', 'beanstalk-no-route'],
    [
      'AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/eb-ec2/i-1 is not authorized to perform: secretsmanager:GetSecretValue',
      'beanstalk-instance-permission',
    ],
  ])('%s', (line, code) => {
    const log = `2026-11-30 09:00:00 [INFO] begin\n2026-11-30 09:00:09 [ERROR] step failed with exit status 1\n${line}\n2026-11-30 09:00:10 [ERROR] Deployment failed\n`
    const cause = explain(
      { ...none, step: failedStep(log), events: [consequence] },
      { outcome: 'failed', reason: undefined },
    )
    expect(cause.code).toBe(code)
  })

  test('is quoted where no entry knows it, and shows no credential', () => {
    const log =
      '[ERROR] RunHook failed with exit status 3\nPassword=hunter2hunter2\nthe frobnicator is jammed\n[INFO] end\n'
    const cause = explain({ ...none, step: failedStep(log) }, { outcome: 'failed', reason: undefined })
    expect(cause.code).toBe('beanstalk-step-failed')
    expect(inWords(cause)).toMatch(/RunHook failed with exit status 3.*the frobnicator is jammed/)
  })

  test('is the first one: later errors follow from it', () => {
    expect(failedStep('[INFO] a\n[ERROR] first\nwhy\n[ERROR] second\n')).toEqual(['[ERROR] first', 'why'])
    expect(failedStep(undefined)).toEqual([])
  })
})

describe('an event or a cause of enhanced health', () => {
  test.each([
    [
      'The configuration file .ebextensions/a.config in application version v2 contains invalid YAML or JSON. YAML exception: Invalid Yaml: tab',
      'beanstalk-configuration-file',
    ],
    [
      "Invalid option specification (Namespace: 'aws:x', OptionName: 'y'): Unknown configuration setting.",
      'beanstalk-option-invalid',
    ],
    [
      'The instance profile aws-elasticbeanstalk-ec2-role associated with the environment does not exist.',
      'beanstalk-instance-profile',
    ],
    [
      'Unable to assume role "arn:aws:iam::111122223333:role/aws-elasticbeanstalk-service-role". Verify that the role exists and is configured correctly.',
      'beanstalk-service-role',
    ],
    ['None of the instances are sending data.', 'beanstalk-service-role'],
    ['EC2 Instance Launch Failure. Waiting for a New EC2 Instance to Launch...', 'beanstalk-capacity'],
    ['1 active instances is below Auto Scaling group minimum size 2.', 'beanstalk-capacity'],
    [
      'The following instances have not responded in the allowed command timeout time (they might still finish eventually on their own): [i-1].',
      'beanstalk-command-timeout',
    ],
    [
      "Stack named 'awseb-e-1' aborted operation. Current state: 'UPDATE_ROLLBACK_IN_PROGRESS' Reason: The following resource(s) failed to update: [AWSEBAutoScalingGroup].",
      'beanstalk-stack-failed',
    ],
    ['ELB health is failing or not available for all instances.', 'beanstalk-health-check'],
    ['Elastic Load Balancer awseb-AWSEB-1 Has Zero Healthy Instances', 'beanstalk-health-check'],
    ['100.0 % of the requests are failing with HTTP 5xx.', 'beanstalk-http-errors'],
    ['Following services are not running: web.', 'beanstalk-services-down'],
  ])('%s', (said, code) => {
    const byEvent = explain(
      { ...none, events: [event(said, 'WARN'), consequence] },
      { outcome: 'failed', reason: undefined },
    )
    const byHealth = explain(
      { ...none, causes: [said], events: [consequence] },
      { outcome: 'failed', reason: undefined },
    )
    expect([byEvent.code, byHealth.code]).toEqual([code, code])
  })

  test('an incorrect version on some instances is a consequence, and no cause beside another', () => {
    const mixed = 'Incorrect application version found on 1 out of 3 instances. Expected version "v1" (deployment 1).'
    const failed = event(
      '[Instance: i-1] Command failed on instance. Return code: 1 Output: Engine execution has encountered an error..',
    )
    const both = explain(
      { ...none, causes: [mixed], events: [failed, consequence] },
      { outcome: 'failed', reason: undefined },
    )
    expect(both).toMatchObject({ code: 'beanstalk-command-failed', isGeneral: true })
    const health = 'ELB health is failing or not available for all instances.'
    expect(explain({ ...none, causes: [mixed, health] }, { outcome: 'failed', reason: undefined }).code).toBe(
      'beanstalk-health-check',
    )
  })

  test('what nothing explains is the first error that is no mere consequence', () => {
    const events = [event('Pods of the cluster are not ready'), event('Something else'), consequence]
    const reason = { untrusted: consequence.message }
    const cause = explain({ ...none, events }, { outcome: 'failed', reason })
    expect([cause.code, inWords(cause)]).toEqual(['unexplained', ': Pods of the cluster are not ready'])
    expect(inWords(explain({ ...none, events: [consequence] }, { outcome: 'failed', reason }))).toBe(
      ': Failed to deploy application.',
    )
  })

  test('what nothing explains says so, with the permissions that would add to it', () => {
    const missingPermissions = [{ action: 's3:GetObject', shows: 'the deployment log' }]
    const cause = explain({ ...none, missingPermissions }, { outcome: 'failed', reason: undefined })
    expect(cause.code).toBe('unexplained')
    expect(renderText(cause.fix, (theirs) => theirs)).toContain('s3:GetObject')
  })
})
