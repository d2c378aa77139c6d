import type { z } from 'zod'
import { nearest } from '../nearest.ts'
import { siteOfAssets } from './names.ts'

type Names = Readonly<Record<string, unknown>>
type Waves = readonly (readonly string[])[]

interface Environment {
  readonly services?: Names | undefined
  readonly sites?: Names | undefined
  readonly waves?: Waves | undefined
}

/**
 * Waves name every service and site of their environment once, and no other: an omitted one would never be deployed. The assets of a
 * site may be in an earlier wave than the site.
 */
export function checkWaves({ services = {}, sites = {}, waves }: Environment, context: z.core.$RefinementCtx): void {
  if (waves === undefined) return
  const issue = (path: PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: ['waves', ...path], message })
  const known = [...Object.keys(services), ...Object.keys(sites)]
  const named = new Set<string>()
  for (const [wave, names] of waves.entries())
    for (const [position, name] of names.entries()) {
      const problem = strange(name, known, sites) ?? duplicate(name, named) ?? late(name, waves.slice(0, wave + 1))
      if (problem) issue([wave, position], problem)
      named.add(name)
    }
  const missing = known.filter((name) => !named.has(name))
  const all = Object.keys(sites).length > 0 ? 'service and site' : 'service'
  if (missing.length > 0) issue([], `must name every ${all} of the environment; missing: ${missing.join(', ')}`)
}

function duplicate(name: string, named: ReadonlySet<string>): string | undefined {
  return named.has(name) ? `names ${name} a second time` : undefined
}

/** What is sent with a site, or after it, is no part of an earlier wave. */
function late(name: string, waves: Waves): string | undefined {
  const site = siteOfAssets(name)
  const isLate = site !== undefined && waves.flat().includes(site)
  return isLate ? `names ${name}, which must be in an earlier wave than ${site}` : undefined
}

function strange(name: string, known: readonly string[], sites: Names): string | undefined {
  const site = siteOfAssets(name)
  if (site === undefined ? known.includes(name) : Object.hasOwn(sites, site)) return undefined
  const among = site === undefined ? known : Object.keys(sites)
  const suggestion = nearest(site ?? name, among)
  const where = site !== undefined ? 'no site of the environment' : 'not under services'
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}${site === undefined ? '' : '.assets'}?`
  return `names ${name}, which is ${where}${hint}`
}
