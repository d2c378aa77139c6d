import type { z } from 'zod'
import { nearest } from '../nearest.ts'

interface Services {
  readonly services: Readonly<Record<string, unknown>>
  readonly environments: Readonly<Record<string, { readonly services: Readonly<Record<string, unknown>> }>>
}

/** Every service that an environment places is one of the file's services. */
export function checkServices({ services, environments }: Services, context: z.core.$RefinementCtx): void {
  const known = Object.keys(services)
  for (const [environment, placed] of Object.entries(environments))
    for (const name of Object.keys(placed.services).filter((service) => !known.includes(service))) {
      const suggestion = nearest(name, known)
      const hint =
        suggestion === undefined ? `; there are ${known.join(', ') || 'none'}` : `; did you mean ${suggestion}?`
      const message = `is not one of the services that the file names under "services"${hint}`
      context.addIssue({ code: 'custom', path: ['environments', environment, 'services', name], message })
    }
}
