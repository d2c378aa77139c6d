import type { Command } from './command.ts'

/** Every command by name. Each is loaded only when it runs, or for the list of `--help`. */
const loaders = {
  doctor: async () => (await import('./commands/doctor.ts')).command,
  init: async () => (await import('./commands/init.ts')).command,
  migrate: async () => (await import('./commands/migrate.ts')).command,
  permissions: async () => (await import('./commands/permissions.ts')).command,
  plan: async () => (await import('./commands/plan.ts')).command,
  simulate: async () => (await import('./commands/simulate.ts')).command,
  'to-native': async () => (await import('./commands/to-native.ts')).command,
  slack: async () => (await import('./commands/slack.ts')).command,
} satisfies Record<string, () => Promise<Command>>

/** Name of a command. */
export type CommandName = keyof typeof loaders

/** The names of all commands, in the order of `--help`. */
export const commandNames = Object.keys(loaders) as readonly CommandName[]

/** Loads one command. */
export function loadCommand(name: CommandName): Promise<Command> {
  return loaders[name]()
}

/** True for the name of a command. */
export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(loaders, word)
}
