/** One failure as AWS shows it, and what a person who is paged has to read first. */

import type { CodeDeployFixture } from '../../simulator/codedeploy/fixtures.ts'
import type { Behaviour } from '../../simulator/contract.ts'
import type { NativeOptions, RollingOptions, seededTaskDefinition } from '../../simulator/fixtures.ts'
import type { Simulator } from '../../simulator/simulator.ts'

/** `seededTaskDefinition` with the new image, as a commit would change it. */
export type Definition = ReturnType<typeof seededTaskDefinition>

interface Common {
  readonly name: string
  /** Where the text, or the way in which it fails, was found. */
  readonly source: string
  /** What tasks with the image `registry.example.com/api:v2` do. Default: they run and are healthy. */
  readonly tasks?: Behaviour
  /** Changes the task definition of the commit. Default: only its image is new. */
  readonly definition?: (definition: Definition) => Definition
  /** Further inputs of the action. */
  readonly given?: Readonly<Record<string, string>>
  /** Files of the workspace, by path. */
  readonly files?: Readonly<Record<string, string>>
  /** Makes the world as the story needs it, before the step begins. */
  readonly prepare?: (sim: Simulator) => void
  /** Happens so many virtual seconds after AWS was told to deploy. */
  readonly meanwhile?: { readonly afterSeconds: number; readonly happens: (sim: Simulator) => void }
  /**
   * The first decisive fact: the first text, readable through an API of AWS, that names the cause. Compared with the lines
   * of `readable.ts`. Left out where it can be read before anything is changed: then the time counts from the first call.
   */
  readonly decisive?: RegExp
  /** All of these are in the first sentence of the cause (a string in any case of its letters). */
  readonly cause: readonly (string | RegExp)[]
  /** None of these is: wrong causes that the same evidence invites. */
  readonly never?: readonly RegExp[]
  readonly verdict: 'rolled-back' | 'failed' | 'stopped'
}

interface Rolling extends Common {
  readonly engine: 'rolling'
  readonly service?: RollingOptions
}

interface Native extends Common {
  readonly engine: 'blue/green' | 'linear' | 'canary'
  readonly service?: Omit<NativeOptions, 'strategy'>
}

interface CodeDeploy extends Common {
  readonly engine: 'CodeDeploy'
  readonly service?: Omit<CodeDeployFixture, 'service'>
}

export type FailureScenario = Rolling | Native | CodeDeploy

/** AWS's documentation, by the name of the page. */
export const ecsGuide = (page: string) => `https://docs.aws.amazon.com/AmazonECS/latest/developerguide/${page}.html`
export const codeDeployGuide = (page: string) => `https://docs.aws.amazon.com/codedeploy/latest/userguide/${page}.html`
export const github = (thread: string) => `https://github.com/${thread}`
