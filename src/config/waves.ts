import type { z } from 'zod'
import { nearest } from '../nearest.ts'

interface Environment {
  readonly services: Readonly<Record<string, unknown>>
  readonly waves?: readonly (readonly string[])[] | undefined
}

/** Waves name every service of their environment once, and no other: an omitted one would never be deployed. */
export function checkWaves({ services, waves }: Environment, context: z.core.$RefinementCtx): void {
  if (waves === undefined) return
  const known = Object.keys(services)
  const named = new Set<string>()
  for (const [wave, names] of waves.entries())
    for (const [position, name] of names.entries()) {
      const problem = known.includes(name) ? duplicate(name, named) : unknown(name, known)
      if (problem) context.addIssue({ code: 'custom', path: ['waves', wave, position], message: problem })
      named.add(name)
    }
  const missing = known.filter((name) => !named.has(name))
  if (missing.length > 0)
    context.addIssue({
      code: 'custom',
      path: ['waves'],
      message: `must name every service of the environment; missing: ${missing.join(', ')}`,
    })
}

function duplicate(name: string, named: ReadonlySet<string>): string | undefined {
  return named.has(name) ? `names ${name} a second time` : undefined
}

function unknown(name: string, known: readonly string[]): string {
  const suggestion = nearest(name, known)
  return `names ${name}, which is not under services${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`
}
