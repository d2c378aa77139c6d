import { joined, type Text, text, untrusted } from '../text.ts'
import { slipwayUses } from './migration.ts'
import { deployInputs, type PeerInputs, renderInputs, unsupported } from './peer-inputs.ts'
import type { NewInput } from './rewrite-step.ts'
import { left, onlyUses, type Translate, type Translation } from './translation.ts'
import type { Step } from './workflow.ts'

/** aws-actions/amazon-ecs-render-task-definition: the same inputs and output. */
export const translateRender: Translate = (step, { options }) => {
  const obstacle = unknownInputs(step, renderInputs)
  if (obstacle) return obstacle
  const reads = ['task-definition-arn', 'task-definition-family'].some((name) => step.with.has(name))
  const inputs: readonly NewInput[] = [...keptInputs(step), ...(reads ? [{ name: 'register', value: 'false' }] : [])]
  return {
    kind: 'translated',
    rewrite: { ...onlyUses, steps: [{ uses: slipwayUses(options, 'register-task-definition'), inputs }] },
    why: text`the inputs and the output task-definition are the same; placeholders and unknown parameters are errors with their line`,
    outputs: { 'task-definition': 'task-definition' },
    callsAws: reads,
  }
}

/** aws-actions/amazon-ecs-deploy-task-definition: the same inputs; whether it waits is written out. */
export const translateDeploy: Translate = (step, { options }) => {
  const obstacle = unknownInputs(step, deployInputs)
  if (obstacle) return obstacle
  const has = (name: string) => (step.with.get(name)?.text ?? '') !== ''
  if (has('cluster') && !has('service') && !has('run-task'))
    return left(
      text`it has a cluster and neither service nor run-task: Slipway reads that as a service that arrived empty`,
    )
  const waits = has('wait-for-service-stability')
  const inputs: readonly NewInput[] = [
    ...keptInputs(step),
    ...(has('service') && !has('cluster') ? [{ name: 'cluster', value: 'default' }] : []),
    ...(has('service') && !waits ? [{ name: 'wait-for-service-stability', value: 'false' }] : []),
  ]
  const unwatched = has('service') && (!waits || step.with.get('wait-for-service-stability')?.text === 'false')
  return {
    kind: 'translated',
    rewrite: { ...onlyUses, steps: [{ uses: slipwayUses(options, 'deploy'), inputs }] },
    why: text`all inputs keep their names; the step waits for its own deployment and reports the cause of a failure`,
    outputs: same(['task-definition-arn', 'codedeploy-deployment-id', 'run-task-arn']),
    callsAws: true,
    advice: unwatched
      ? [
          text`the deployment is not watched, as before: without wait-for-service-stability: false the step waits, and fails when it is rolled back`,
        ]
      : [],
  }
}

/** All inputs of a step as they are. */
export function keptInputs(step: Step): readonly NewInput[] {
  return [...step.with.keys()].map((name) => ({ name, keep: name }))
}

/** The same names of outputs. */
export function same(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, name]))
}

/** Reports inputs that have no counterpart. */
export function unknownInputs(step: Step, table: PeerInputs): Translation | undefined {
  const names = unsupported(step.with.keys(), table)
  if (names.length === 0) return undefined
  const [first = ''] = names
  return left(text`${inputWords(names)} no counterpart in Slipway`, step.with.get(first)?.start)
}

/** `the input a has`, `the inputs a, b have`. */
export function inputWords(names: readonly string[]): Text {
  const list = joined(names.map((name) => text`${untrusted(name)}`))
  return names.length === 1 ? text`the input ${list} has` : text`the inputs ${list} have`
}
