/** Every row of the verdict table: what label, events of our own request and instances together mean. */
import { describe, expect, test } from '@jest/globals'
import { type Conclusion, judge, type Reading, type Update } from '../../../src/targets/beanstalk/watch/judge-update.ts'
import { withLabel } from '../../../src/targets/beanstalk/watch/open-label.ts'
import { renderText } from '../../../src/text.ts'

const update: Update = { label: 'v2', previous: 'v1', replaces: false }

interface Row {
  readonly status?: string | undefined
  readonly label?: string
  readonly events?: readonly string[]
  /** `v2` Deployed, `v2!` Failed, `v2~` In Progress. */
  readonly fleet?: readonly string[] | undefined
  readonly wasAborting?: boolean
}

const instance = (written: string, index: number) => ({
  id: `i-${index + 1}`,
  causes: [],
  label: written.replace(/[!~]$/, ''),
  deploymentId: written.startsWith('v1') ? 1 : 2,
  deployedAt: /^v[01]/.test(written) ? 1_000 : 9_000,
  deploymentStatus: written.endsWith('!') ? 'Failed' : written.endsWith('~') ? 'In Progress' : 'Deployed',
})

function reading({ status = 'Ready', label = 'v2', events = [], wasAborting = false, ...row }: Row): Reading {
  const fleet = 'fleet' in row ? row.fleet : ['v2', 'v2']
  return {
    environment: {
      application: 'shop',
      name: 'shop-production',
      id: 'e-1',
      status,
      color: 'Green',
      versionLabel: label,
      isAbortable: false,
    },
    events: events.map((message, at) => ({
      at,
      message,
      severity: /^(?:Failed|Unsuccessful|During|\[Instance)/.test(message) ? 'ERROR' : 'INFO',
    })),
    instances: fleet?.map(instance),
    wasAborting,
  }
}

const words = (conclusion: Conclusion) => {
  if (!('end' in conclusion)) return ''
  const { cause, left = [] } = conclusion.end
  return [cause?.what ?? [], cause?.why ?? [], cause?.fix ?? [], left]
    .map((part) => renderText(part, (theirs) => theirs))
    .join(' | ')
}

const completed = 'Environment update completed successfully.'
const failed = 'Failed to deploy application.'
const aborted =
  'During an aborted deployment, some instances may have deployed the new application version. To ensure all instances are running the same version, re-deploy the appropriate application version.'
const late =
  'The following instances have not responded in the allowed command timeout time (they might still finish eventually on their own): [i-1].'

describe('an update of an environment', () => {
  test.each<[string, Row, object, RegExp?]>([
    [
      'completed with our label on every instance: deployed',
      { events: [completed] },
      { kind: 'deployed', isStated: true },
    ],
    [
      'completed, with basic health reporting: deployed',
      { events: [completed], fleet: undefined },
      { kind: 'deployed' },
    ],
    [
      'failed, and every instance has the old version: rolled back',
      { label: 'v1', events: [failed], fleet: ['v1', 'v1'] },
      {
        kind: 'ended',
        isStated: true,
        end: { outcome: 'rolled-back', serving: { id: 'v1', label: 'v1' }, reason: { untrusted: failed } },
      },
    ],
    [
      'failed, and some instances have the new version: mixed, named by instance',
      { label: 'v1', events: [failed], fleet: ['v2', 'v1', 'v1'] },
      { kind: 'ended', end: { outcome: 'failed' } },
      /Mixed versions: v2 on i-1; v1 on i-2, i-3\. To put all instances on v1 again/,
    ],
    [
      'failed on every instance: not rolled back',
      { label: 'v1', events: [failed], fleet: ['v2!', 'v2!'] },
      { kind: 'ended', end: { outcome: 'failed' } },
      /Instances: v2 on i-1 \(Failed\), i-2 \(Failed\)/,
    ],
    [
      'failed, with basic health reporting: what is live is not claimed',
      { label: 'v1', events: [failed], fleet: undefined },
      { kind: 'ended', end: { outcome: 'failed' } },
      /unknown \(no enhanced health\)/,
    ],
    [
      'failed with our label, as AWS may keep it: not a success',
      { label: 'v2', events: [failed], fleet: ['v2', 'v2!'] },
      { kind: 'ended', end: { outcome: 'failed' } },
    ],
    [
      'an error event of our own without the words of an end: failed',
      {
        label: 'v1',
        events: ["Unsuccessful command execution on instance id(s) 'i-1'. Aborting the operation."],
        fleet: ['v2!', 'v1'],
      },
      { kind: 'ended', end: { outcome: 'failed' } },
    ],
    [
      'aborted by a user, with both versions: stopped, mixed',
      { label: 'v1', events: [aborted], fleet: ['v2', 'v1'] },
      { kind: 'ended', end: { outcome: 'stopped', serving: undefined } },
      /AbortEnvironmentUpdate.*mixed versions: v2 on i-1; v1 on i-2.*deploy that version/,
    ],
    [
      'aborted before an instance had the new version: stopped, the old one is live',
      {
        label: 'v1',
        events: ['The environment was reverted to the previous configuration setting.'],
        fleet: ['v1', 'v1'],
        wasAborting: true,
      },
      { kind: 'ended', end: { outcome: 'stopped', serving: { id: 'v1', label: 'v1' } } },
      /all instances run v1/,
    ],
    [
      'an abort whose event is of another request is seen by its status',
      { label: 'v1', events: [], fleet: ['v1', 'v1'], wasAborting: true },
      { kind: 'ended', end: { outcome: 'stopped' } },
    ],
    [
      'no event of an end, and another label: superseded, once reads agree',
      { label: 'v3', events: [], fleet: ['v3', 'v3'] },
      { kind: 'unclear', end: { outcome: 'superseded', serving: { id: 'v3', label: 'v3' } } },
    ],
    [
      'completed, and another label since: superseded, once reads agree',
      { label: 'v3', events: [completed], fleet: ['v3', 'v3'] },
      { kind: 'unclear', end: { outcome: 'superseded' } },
    ],
    [
      'a command that timed out: failed',
      { label: 'v1', events: [late, failed], fleet: ['v2~', 'v1'] },
      { kind: 'ended', end: { outcome: 'failed' } },
      /v2 on i-1 \(In Progress\)/,
    ],
    [
      'ended with command timeouts and the new label: failed, whatever the label is',
      {
        events: [
          'Update environment operation is complete, but with command timeouts. Try increasing the timeout period.',
        ],
      },
      { kind: 'ended', isStated: true, end: { outcome: 'failed' } },
    ],
    [
      'completed, with the version before on some instances: unclear, as in a good rolling run for a minute',
      { events: [completed], fleet: ['v2', 'v1'] },
      { kind: 'unclear', end: { outcome: 'failed' } },
      /not all instances run v2/,
    ],
    [
      'Ready with the old label and no event: no conclusion from one read',
      { label: 'v1', fleet: ['v1', 'v1'] },
      { kind: 'unclear' },
    ],
    [
      'Ready with our label on every instance and no event: deployed, once reads agree',
      {},
      { kind: 'deployed', isStated: false },
    ],
    [
      'Updating: running',
      { status: 'Updating', events: ['Environment update is starting.'] },
      { kind: 'running', isAborting: false },
    ],
    ['Aborting: running', { status: 'Aborting' }, { kind: 'running', isAborting: true }],
    [
      'Updating, with old instances being terminated: traffic is shifted',
      {
        status: 'Updating',
        label: 'v1',
        events: ['Deployment succeeded. Terminating old instances and temporary Auto Scaling group.'],
        fleet: ['v1', 'v2'],
      },
      { kind: 'shifted' },
    ],
    [
      'Terminating: the environment is terminated',
      { status: 'Terminating' },
      { kind: 'ended', end: { outcome: 'failed', cause: { code: 'environment-terminated' } } },
    ],
  ])('%s', (_, row, expected, says = /(?:)/) => {
    const conclusion = judge(reading(row), update)
    expect(conclusion).toMatchObject(expected)
    expect(words(conclusion)).toMatch(says)
  })

  test('of settings is good where AWS states it, and never by silence', () => {
    const settings = { ...update, label: undefined }
    expect(judge(reading({ label: 'v1', events: [completed] }), settings)).toEqual({ kind: 'deployed', isStated: true })
    expect(judge(reading({ label: 'v1' }), settings)).toMatchObject({ kind: 'unclear' })
    const reverted = [
      'Failed to deploy configuration.',
      'The environment was reverted to the previous configuration setting.',
    ]
    expect(judge(reading({ label: 'v1', events: reverted }), settings)).toMatchObject({
      end: { outcome: 'rolled-back' },
    })
  })

  test('of an environment that no longer exists is not green', () => {
    const { environment: _, ...rest } = reading({})
    expect(judge({ ...rest, environment: undefined }, update)).toMatchObject({ kind: 'ended', isStated: false })
  })
})

describe('an update whose version is not known yet', () => {
  const open: Update = { label: undefined, openSince: 5_000, previous: 'v1', replaces: false }
  const known = (row: Row) => withLabel(open, reading(row))

  test.each<[string, Row, string | undefined]>([
    ['is that of an instance that has begun it', { status: 'Updating', label: 'v1', fleet: ['v1', 'v2~'] }, 'v2'],
    ['stays unknown before that', { status: 'Updating', label: 'v1', fleet: ['v1', 'v1'] }, undefined],
    ['is that of the environment once it has completed', { events: [completed], fleet: undefined }, 'v2'],
    ['is not that of an environment that is Ready without an event', { fleet: undefined }, undefined],
    ['is not that of an environment after a failure', { label: 'v1', events: [failed], fleet: undefined }, undefined],
  ])('%s', (_, row, label) => {
    expect(known(row).label).toBe(label)
  })

  test.each<[string, Row, string, string | undefined]>([
    [
      'failed, and no instance has another version',
      { label: 'v1', events: [failed], fleet: ['v1', 'v1'] },
      'rolled-back',
      'v1',
    ],
    [
      'failed, where a deployment before it has left two versions',
      { label: 'v1', events: [failed], fleet: ['v0', 'v1'] },
      'failed',
      undefined,
    ],
    ['failed, with basic health reporting', { label: 'v1', events: [failed], fleet: undefined }, 'failed', undefined],
    ['aborted', { label: 'v1', events: [aborted], fleet: ['v1', 'v1'] }, 'stopped', 'v1'],
    ['Ready without an event', { label: 'v1', fleet: ['v1', 'v1'] }, 'failed', undefined],
  ])('%s', (_, row, outcome, serving) => {
    const conclusion = judge(reading(row), known(row))
    expect('end' in conclusion && [conclusion.end.outcome, conclusion.end.serving?.id]).toEqual([outcome, serving])
  })

  test('is running while it is Updating', () => {
    const row = { status: 'Updating', label: 'v1', fleet: ['v1'] }
    expect(judge(reading(row), known(row))).toEqual({ kind: 'running', isAborting: false })
  })
})
