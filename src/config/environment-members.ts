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
  misplaced(file, issue)
  for (const [environment, placed] of Object.entries(file.environments)) {
    const path = ['environments', environment]
    if (placed.services === undefined && placed.sites === undefined)
      issue([...path, 'services'], 'is missing, and so is sites')
    for (const kind of kinds)
      for (const [name, hint] of strangers(placed[kind], file[kind]))
        issue([...path, kind, name], `is not one of the ${kind} that the file names under "${kind}"${hint}`)
  }
}

/** A service of Elastic Beanstalk has an environment of it, and no other service has. */
function misplaced(file: File, issue: (path: PropertyKey[], message: string) => void): void {
  for (const [environment, { services = {} }] of Object.entries(file.environments))
    for (const [name, placement] of Object.entries(services)) {
      const isOfBeanstalk = has(file.services?.[name], 'beanstalk')
      const path = ['environments', environment, 'services', name]
      if (has(placement, 'environment') && !isOfBeanstalk)
        issue([...path, 'environment'], `is for a service with beanstalk, which services.${name} has not`)
      if (has(placement, 'cluster') && isOfBeanstalk)
        issue(
          [...path, 'cluster'],
          `is for a service of Amazon ECS, and services.${name} has beanstalk; set environment`,
        )
    }
}

function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
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
