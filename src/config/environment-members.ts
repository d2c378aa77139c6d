import type { z } from 'zod'
import { nearest } from '../nearest.ts'

interface Members {
  readonly services?: Readonly<Record<string, unknown>> | undefined
  readonly sites?: Readonly<Record<string, unknown>> | undefined
}

interface File extends Members {
  readonly environments: Readonly<Record<string, Members>>
}

const kinds = ['services', 'sites'] as const

/** Every service and site of an environment is one of the file's; the names of both are different. */
export function checkMembers(file: File, context: z.core.$RefinementCtx): void {
  const issue = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
  if (file.services === undefined && file.sites === undefined) issue(['services'], 'is missing, and so is sites')
  for (const name of Object.keys(file.sites ?? {}).filter((site) => Object.hasOwn(file.services ?? {}, site)))
    issue(['sites', name], 'has the name of a service; the names of services and sites must differ')
  for (const [environment, placed] of Object.entries(file.environments)) {
    const path = ['environments', environment]
    if (placed.services === undefined && placed.sites === undefined)
      issue([...path, 'services'], 'is missing, and so is sites')
    for (const kind of kinds)
      for (const [name, hint] of strangers(placed[kind], file[kind]))
        issue([...path, kind, name], `is not one of the ${kind} that the file names under "${kind}"${hint}`)
  }
}

/** Names that the file does not have, each with a hint. */
function strangers(placed: object = {}, named: object = {}): readonly (readonly [name: string, hint: string])[] {
  const known = Object.keys(named)
  return Object.keys(placed)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const suggestion = nearest(name, known)
      return [
        name,
        suggestion === undefined ? `; there are ${known.join(', ') || 'none'}` : `; did you mean ${suggestion}?`,
      ]
    })
}
