/** What a cause is about, for the page that lists them all (`docs/troubleshooting.md`). */
export interface CauseMeaning {
  /** Why a deployment ended so; no full stop. */
  readonly meaning: string
  /** What to do, a sentence with a full stop. */
  readonly advice: string
  readonly docs?: string
}

const stopped = 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html'

/**
 * Codes of causes that come from no entry of the catalogue, as the program sees them happen or reads them off a task
 * itself. With those of the catalogue and of `failureCodes` they are all that `Cause.code` can be. No view loads this.
 */
export const ownCauses = {
  'out-of-memory': {
    meaning: 'OutOfMemoryError: a container ran out of memory (exit code 137, SIGKILL)',
    advice: 'Raise memory in the task definition, or reduce the memory use of the program.',
    docs: stopped,
  },
  'container-killed': {
    meaning:
      'Essential container in task exited (exit code 137, SIGKILL) without an OutOfMemoryError: the container did not stop within stopTimeout, or the task or its host ran out of memory',
    advice: 'Raise memory of the task, and handle SIGTERM in the program.',
    docs: stopped,
  },
  'container-crashed': {
    meaning: 'Essential container in task exited with an error (exit code not 0)',
    advice: 'Fix the error in the last log lines of the container.',
    docs: stopped,
  },
  'container-ended': {
    meaning: 'Essential container in task exited without an error (exit code 0), but a service has to keep running',
    advice: 'Run the process in the foreground, or set essential: false.',
    docs: stopped,
  },
  unexplained: {
    meaning: 'AWS gives no reason, or one that is not in this list, which is quoted',
    advice: 'Read the evidence in the job summary; it names the permissions that would add to it.',
    docs: stopped,
  },
  'no-task-running': {
    meaning: 'the service was on the requested revision already, and none of its tasks keeps running',
    advice: 'Correct what stops its tasks, or deploy another revision.',
    docs: stopped,
  },
  'task-stopped': {
    meaning: 'a one-off task was stopped (StopTask) by a user or a program other than this run',
    advice: 'Check what its command has done, then run the job again. AWS CloudTrail has the user.',
    docs: stopped,
  },
  'task-locked': {
    meaning: 'another one-off task holds the lock: it still ran when the time was up',
    advice: 'Wait until it has ended, or stop it if it hangs. Then run the job again.',
  },
  'task-lost': {
    meaning: 'DescribeTasks reports MISSING for a one-off task that RunTask had started',
    advice: 'Find it in the AWS console, and check what its command has done, before you run the job again.',
  },
  superseded: {
    meaning: 'a newer deployment by another user or run replaced this one',
    advice: 'Nothing, if that was intended. To deploy this revision after all, run the job again.',
  },
  'older-commit': {
    meaning: 'a newer commit is already deployed, so nothing was changed',
    advice: 'Nothing. To deploy the older commit on purpose, set allow-older: true.',
  },
  stopped: {
    meaning:
      'the deployment was stopped (ECS: a stop was requested, CodeDeploy: MANUAL_STOP) by a user other than this run',
    advice: 'Redeploy if this was unintended. AWS CloudTrail has the user.',
  },
  'environment-terminated': {
    meaning: 'the Elastic Beanstalk environment was terminated during the deployment',
    advice: 'Restore it with aws elasticbeanstalk rebuild-environment. AWS CloudTrail has the user.',
  },
  'deployment-aborted': {
    meaning: 'AbortEnvironmentUpdate: a user other than this run aborted the deployment to Elastic Beanstalk',
    advice: 'Deploy a version to all instances again: an aborted deployment may leave instances on two versions.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rollingupdates.cancel.html',
  },
  'incorrect-version': {
    meaning:
      'Incorrect application version found on instances of the Elastic Beanstalk environment after the deployment',
    advice: 'Deploy the version again, or replace the instances with the wrong one.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-health-enhanced-notifications.html',
  },
  'cnames-not-swapped': {
    meaning: 'the version was deployed to the idle environment, and SwapEnvironmentCNAMEs did not complete',
    advice: 'Run the job again: the version is already deployed, and only the swap is repeated.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.CNAMESwap.html',
  },
  'update-unseen': {
    meaning: 'UpdateEnvironment was accepted, and Elastic Beanstalk reports no event of it',
    advice: 'Check the events of the environment, then run the job again.',
  },
  'environment-unhealthy': {
    meaning:
      'the version was deployed, and the Elastic Beanstalk environment did not reach an accepted health color in time',
    advice: 'Read the causes of enhanced health; raise wait-for-environment-recovery if the program starts slowly.',
    docs: 'https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-health-enhanced-notifications.html',
  },
  'not-watched': {
    meaning: 'wait-for-service-stability is false, so the end of the deployment is unknown',
    advice: 'Check the service in the AWS console, or set wait-for-service-stability to true.',
  },
  'pause-timed-out': {
    meaning:
      'pause hook timed out (ECS) or READY_WAIT timed out (CodeDeploy): the deployment was not continued in time',
    advice: 'Deploy again and continue it in time, or raise the timeout.',
  },
  'pause-refused': {
    meaning: 'the pause hook was answered with ROLLBACK, or the deployment was stopped in READY_WAIT',
    advice: 'Ask the user who answered (AWS CloudTrail has the name). Deploy again when the reason is fixed.',
  },
  'verify-failed': {
    meaning: 'a check of verify failed after the deployment, or at its test traffic',
    advice:
      'The cause has the response: fix the program, or the check. With TLS, DNS and connection errors check the address first.',
  },
  'not-approved': {
    meaning: 'the deployment was paused, and the approval job of the workflow was not approved',
    advice: 'Run the workflow again, and approve it in time.',
  },
  'still-paused': {
    meaning: 'the deployment is still paused when the time limit of the job is reached',
    advice: 'Continue it with the action continue. For long pauses set on-pause: leave.',
  },
  'complete-already': {
    meaning: 'the deployment completed before it could be stopped and rolled back',
    advice: 'Run the rollback again: it then starts a deployment of its own.',
  },
  'nothing-to-answer': {
    meaning: 'the deployment is not paused',
    advice: 'Run it again when the deployment is paused. With on-pause: leave, deploy ends at that moment.',
  },
} as const satisfies Readonly<Record<string, CauseMeaning>>

/** A code of `ownCauses`. */
export type OwnCause = keyof typeof ownCauses
