import { type Text, text, untrusted } from '../text.ts'
import { composeBeanstalk } from './compose-beanstalk.ts'
import { composeSite } from './compose-site.ts'
import { mentionsStep } from './expressions.ts'
import { slipwayUses } from './migration.ts'
import { type Composed, type Part, pair } from './parts.ts'
import { left, type MigrationPair, type Partial, type Surroundings, type Translation } from './translation.ts'
import type { Step } from './workflow.ts'

interface PartialStep {
  readonly step: Step
  readonly translation: Partial
}

/** Makes one step of the parts that directly following steps have of a deployment; parts of none stay. */
export function mergeParts(pairs: readonly MigrationPair[], around: Surroundings): readonly MigrationPair[] {
  const merged: MigrationPair[] = []
  let group: PartialStep[] = []
  const flush = () => {
    merged.push(...mergedGroup(group, around))
    group = []
  }
  for (const { step, translation } of pairs) {
    if (translation.kind !== 'part') {
      flush()
      merged.push({ step, translation })
      continue
    }
    const isNext = begins(translation.parts[0]) && partsOf(group).some(closes)
    // Commands that stay are before the parts of their step.
    if (isNext || translation.kept !== undefined) flush()
    group.push({ step, translation })
  }
  flush()
  return merged
}

/** Parts behind which only a wait belongs to the same deployment. */
function closes({ kind }: Part): boolean {
  return kind === 'invalidation' || kind === 'update' || kind === 'eb'
}

function begins(part: Part | undefined): boolean {
  return part !== undefined && !['invalidation', 'invalidated', 'updated'].includes(part.kind)
}

function partsOf(group: readonly PartialStep[]): readonly Part[] {
  return group.flatMap(({ translation }) => translation.parts)
}

function composed(parts: readonly Part[]): Composed | Text {
  const isSite = parts.some(({ kind }) => kind === 'sync' || kind === 'invalidation')
  const isBeanstalk = parts.some(({ kind }) => ['version', 'update', 'updated', 'eb'].includes(kind))
  if (isSite && isBeanstalk) return text`it deploys a site and to Elastic Beanstalk: write a step for each`
  return isSite ? composeSite(parts) : composeBeanstalk(parts)
}

function mergedGroup(group: readonly PartialStep[], around: Surroundings): readonly MigrationPair[] {
  if (group.length === 0) return []
  const parts = partsOf(group)
  const outcome = composed(parts)
  const obstacle = 'inputs' in outcome ? (keyObstacle(group) ?? usedOutput(group, around)) : outcome
  if (obstacle === undefined && 'inputs' in outcome) return translated(group, outcome, around)
  // A file that is copied to a bucket is a part of no deployment.
  return group.map(({ step, translation }) => ({
    step,
    translation: translation.parts.every(({ kind }) => kind === 'copy') ? { kind: 'other' } : left(obstacle ?? []),
  }))
}

const main: readonly Part['kind'][] = ['sync', 'update', 'eb']
const harmless = new Set(['name', 'run', 'uses', 'with', 'env', 'working-directory', 'shell', 'if', 'id'])

/** Keys that would belong to several steps, or be lost with one. */
function keyObstacle(group: readonly PartialStep[]): Text | undefined {
  if (group.length === 1) return undefined
  const other = group.flatMap(({ step }) => [...step.keys.keys()]).find((name) => !harmless.has(name))
  if (other !== undefined) return text`its key ${untrusted(other)} belongs to one of several steps that become one`
  const conditions = new Set(group.map(({ step }) => step.keys.get('if')?.text))
  return conditions.size > 1 ? text`the steps that become one have different conditions` : undefined
}

/** The step that becomes the new one. */
function mainOf(group: readonly PartialStep[]): PartialStep | undefined {
  const [first] = group
  if (first?.translation.kept !== undefined) return first
  return group.find(({ translation }) => translation.parts.some(({ kind }) => main.includes(kind))) ?? first
}

function usedOutput(group: readonly PartialStep[], { source }: Surroundings): Text | undefined {
  const removed = group.filter((one) => one !== mainOf(group))
  const used = removed.find(({ step }) => step.id !== undefined && mentionsStep(source, step.id))
  return used === undefined
    ? undefined
    : text`the step ${untrusted(used.step.id ?? '')}, which would be removed, is used by another one`
}

function translated(
  group: readonly PartialStep[],
  { action, inputs, why, advice }: Composed,
  { options }: Surroundings,
): readonly MigrationPair[] {
  const kept = mainOf(group)
  const isReplaced = group.some(({ translation }) => translation.replacesKeys)
  const role = isReplaced ? pair('role-to-assume', options.role) : []
  return group.map(({ step, translation }): MigrationPair => {
    if (step !== kept?.step) return { step, translation: { kind: 'needless', role: 'merged' } }
    const { unusedEnv, unusedKeys, comments, kept: staying } = translation
    const fallback = inputs.some(({ name }) => name === 'aws-region') ? [] : pair('aws-region', translation.region)
    const step_: Translation = {
      kind: 'translated',
      rewrite: {
        steps: [{ uses: slipwayUses(options, action), inputs: [...inputs, ...role, ...fallback] }],
        unusedEnv,
        unusedKeys,
        comments,
        kept: staying,
      },
      why,
      outputs: {},
      callsAws: true,
      assumesRole: isReplaced,
      advice,
    }
    return { step, translation: step_ }
  })
}
