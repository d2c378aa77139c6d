import type { Nouns } from '../deployment/nouns.ts'
import type { Outcome } from '../deployment/verdict.ts'

/** Where a deployment is, in the words that every view shares. */
export type Stage = 'queued' | 'dry-run' | 'preparing' | 'deploying' | 'shifting' | 'rolling-back' | Outcome

/** What a view shows of a stage. */
export interface Appearance {
  /** What follows the name of the target in a headline: `api (production): …`. */
  readonly words: string
  readonly emoji: string
  /** Slack's colour bar. */
  readonly colour: string
  /** What is true now and the headline does not say; empty where it says all. */
  readonly now: string | ((nouns: Nouns) => string)
}

const [green, amber, red, grey] = ['#2EB67D', '#ECB22E', '#E01E5A', '#808080']

/** Of each stage, where nothing else is said. */
export const appearances: Readonly<Record<Stage, Appearance>> = {
  queued: { words: 'queued', emoji: '⏳', colour: grey, now: '' },
  'dry-run': { words: 'dry run, nothing changed', emoji: '🔎', colour: grey, now: '' },
  preparing: { words: 'preparing', emoji: '⏳', colour: amber, now: '' },
  deploying: { words: 'deploying', emoji: '🚀', colour: amber, now: '' },
  shifting: { words: 'shifting traffic', emoji: '🚀', colour: amber, now: '' },
  'rolling-back': { words: 'failed, rolling back', emoji: '⏪', colour: red, now: '' },
  succeeded: { words: 'deployed', emoji: '✅', colour: green, now: '' },
  unchanged: { words: 'already up to date, nothing deployed', emoji: '✅', colour: green, now: '' },
  failed: {
    words: 'failed, not rolled back',
    emoji: '❌',
    colour: red,
    now: ({ version }) => `Check which ${version} is live.`,
  },
  'rolled-back': { words: 'failed, rolled back', emoji: '⏪', colour: red, now: '' },
  'rollback-failed': {
    words: 'failed, and the rollback failed',
    emoji: '🚨',
    colour: red,
    now: ({ version }) => `Act now: the live ${version} is unknown.`,
  },
  stopped: { words: 'stopped', emoji: '🛑', colour: red, now: 'Traffic stays as it was at the stop.' },
  superseded: {
    words: 'superseded by a newer deployment',
    emoji: '⏭️',
    colour: grey,
    now: ({ version }) => `The newer deployment decides which ${version} is live.`,
  },
  'timed-out': { words: 'timed out, may still be in progress', emoji: '⌛', colour: red, now: '' },
  cancelled: { words: 'cancelled', emoji: '🚫', colour: grey, now: '' },
  detached: {
    words: 'in progress, no longer watched',
    emoji: '👋',
    colour: amber,
    now: 'Run the job again with the same commit to watch the deployment again.',
  },
  paused: { words: 'paused', emoji: '⏸️', colour: amber, now: '' },
}

/** For `purpose: 'rollback'`: where a rollback is what was asked for. The rest of each appearance stays. */
export const rollbackWords: Readonly<Record<Stage, Partial<Appearance>>> = {
  queued: { words: 'rollback queued' },
  'dry-run': { words: 'dry run of a rollback, nothing changed' },
  preparing: { words: 'preparing the rollback' },
  deploying: { words: 'rolling back', emoji: '⏪' },
  shifting: { words: 'rolling back, shifting traffic', emoji: '⏪' },
  'rolling-back': { words: 'rolling back', colour: amber },
  succeeded: { words: 'rolled back' },
  unchanged: {},
  failed: { words: 'rollback failed', now: '' },
  'rolled-back': { words: 'rollback failed' },
  'rollback-failed': {
    words: 'rollback failed',
    now: ({ target, version }) => `Act now: the ${target} is not on the ${version} that it was to be rolled back to.`,
  },
  stopped: { words: 'rollback stopped' },
  superseded: { words: 'rollback superseded by a newer deployment' },
  'timed-out': { words: 'rollback timed out, may still be in progress' },
  cancelled: { words: 'rollback cancelled' },
  detached: { words: 'rollback in progress, no longer watched', now: '' },
  paused: { words: 'rollback paused' },
}

/** Where only the settings of a target change, which starts no deployment. */
export const settingsWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  'dry-run': { words: 'dry run of new settings, nothing changed' },
  preparing: { words: 'changing settings' },
  succeeded: {
    words: 'settings changed',
    now: ({ version }) => `The ${version} is the same; the settings apply from the next deployment.`,
  },
}

/** Where something is run once, and nothing is live afterwards. */
export const runWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  'dry-run': { words: 'dry run, nothing run' },
  preparing: { words: 'preparing to run' },
  deploying: { words: 'running' },
  succeeded: { words: 'succeeded' },
  failed: { words: 'failed', now: '' },
  'timed-out': { words: 'timed out' },
  stopped: { words: 'stopped', now: '' },
  detached: { words: 'still running, no longer watched', now: '' },
}

/** For a deployment that was started before, by another user or run. */
export const foundWords: Readonly<Partial<Record<Stage, Partial<Appearance>>>> = {
  queued: { words: 'looking up the deployment' },
  'dry-run': { words: 'dry run, the deployment is not watched' },
  preparing: { words: 'looking up the deployment' },
  detached: { now: '' },
}
