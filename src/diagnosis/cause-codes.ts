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
    meaning: 'a container used up its memory and was killed',
    advice: 'Raise memory in the task definition, or find out why the program needs so much.',
    docs: stopped,
  },
  'container-killed': {
    meaning: 'a container was killed (exit code 137), and not for its own memory limit',
    advice: 'Give the task more memory, and let the program end on SIGTERM.',
    docs: stopped,
  },
  'container-crashed': {
    meaning: 'a container ended with an error',
    advice: 'Correct the error that it reports in its last log lines.',
    docs: stopped,
  },
  'container-ended': {
    meaning: 'a container that should go on ended by itself, without an error (exit code 0)',
    advice: 'Let the program stay in the foreground, or mark the container as not essential.',
    docs: stopped,
  },
  unexplained: {
    meaning: 'AWS gives a reason that is not known here, which is quoted, or none',
    advice: 'Read the evidence in the job summary; permissions that would show more are named there.',
    docs: stopped,
  },
  superseded: {
    meaning: 'a newer deployment, by somebody else, took the place of this one',
    advice: 'Nothing, if that was intended. To deploy this version after all, run the job again.',
  },
  'older-commit': {
    meaning: 'a newer commit is deployed already, so nothing was changed',
    advice: 'Nothing. To go back on purpose, set allow-older: true.',
  },
  stopped: {
    meaning: 'somebody or something outside of this run stopped the deployment',
    advice: 'Ask who stopped it (AWS CloudTrail knows), then run the job again.',
  },
  'not-watched': {
    meaning: 'the step was told not to wait (wait-for-service-stability: false), so the end is not known',
    advice: 'Look at the service in the AWS console, or set wait-for-service-stability to true.',
  },
  'pause-timed-out': {
    meaning: 'the deployment waited for an answer and got none in time',
    advice: 'Deploy again and answer in time, or let it wait longer.',
  },
  'pause-refused': {
    meaning: 'the wait for an answer was answered with a rollback',
    advice: 'Ask who answered (AWS CloudTrail knows); deploy again when the reason is gone.',
  },
  'not-approved': {
    meaning: 'the deployment waited, and nobody approved in the workflow that it goes on',
    advice: 'Run the workflow again, and approve it in time.',
  },
  'still-paused': {
    meaning: 'the deployment still waits for an answer, for longer than a job may last',
    advice: 'Answer it with the action continue. For long waits set on-pause to leave.',
  },
  'complete-already': {
    meaning: 'the deployment that was to be taken back was complete before it could be stopped',
    advice: 'Run the rollback again: it then goes back by a deployment of its own.',
  },
  'nothing-to-answer': {
    meaning: 'the deployment does not wait for an answer',
    advice: 'Run it again when the deployment waits; with on-pause: leave, deploy ends at that moment.',
  },
} as const satisfies Readonly<Record<string, CauseMeaning>>

/** A code of `ownCauses`. */
export type OwnCause = keyof typeof ownCauses
