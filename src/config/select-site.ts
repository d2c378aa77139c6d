import { Failure } from '../failure.ts'
import type { Check } from '../targets/steps/request/release-steps.ts'
import { setting, text, untrusted } from '../text.ts'
import { siteOfAssets } from './names.ts'
import type { Config } from './schema.ts'
import { type EnvironmentTarget, environmentOf, selectEnvironment } from './select-target.ts'
import { checksIn } from './verify-schema.ts'

/** A static site of slipway.yml in one environment. */
export interface SiteTarget extends EnvironmentTarget {
  /** Name of the site in slipway.yml. */
  readonly name: string
  /** True: only files that no loaded page asks for in another form. */
  readonly assetsOnly: boolean
  /** Values of the inputs of `deploy-site`, by their names, as a workflow would write them. */
  readonly settings: Readonly<Record<string, string>>
  /** Of the pages once they are live; none of assets alone. */
  readonly verify?: readonly Check[] | undefined
}

/** The site of that name, or of `<site>.assets`; undefined where the environment has none. */
export function selectSite(config: Config, environmentName: string, name: string): SiteTarget | undefined {
  const site = siteOfAssets(name) ?? name
  const { sites } = environmentOf(config, environmentName)
  const placement = Object.hasOwn(sites, site) ? sites[site] : undefined
  const written = Object.hasOwn(config.sites, site) ? config.sites[site] : undefined
  if (placement === undefined || written === undefined) return undefined
  const target = selectEnvironment(config, environmentName)
  const { distribution = [], prefix, publish, invalidation, check, encryption } = placement
  const all: Readonly<Record<string, string | undefined>> = {
    folder: written.folder,
    bucket: placement.bucket,
    prefix,
    'distribution-id': [distribution].flat().join(','),
    exclude: written.exclude?.join('\n'),
    'cache-control': rules(written['cache-control']),
    'content-type': rules(written['content-type']),
    metadata: lines(written.metadata, '='),
    redirects: lines(written.redirects, ' '),
    'keep-releases': written['keep-releases']?.toString(),
    'keep-days': written['keep-days']?.toString(),
    publish,
    'canary-weight': placement['canary-weight']?.toString(),
    'canary-minutes': placement['canary-minutes']?.toString(),
    'canary-header': placement['canary-header'],
    invalidation,
    check: check === false ? 'off' : undefined,
    url: placement.url,
    encryption,
    'kms-key-id': placement['kms-key-id'],
    'expected-bucket-owner': placement['bucket-owner'] ?? target.accountId,
  }
  const settings = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ''))
  const assetsOnly = site !== name
  const verify = assetsOnly || placement.verify === undefined ? undefined : checksIn(placement.verify)
  return { ...target, name: site, assetsOnly, settings: settings as Record<string, string>, verify }
}

/** The site of that name, or the only one of the environment. Throws `config-invalid`. */
export function requireSite(config: Config, environmentName: string, name: string | undefined): SiteTarget {
  const names = Object.keys(environmentOf(config, environmentName).sites)
  const chosen = name ?? (names.length === 1 ? names[0] : undefined)
  const site = chosen !== undefined && names.includes(chosen) ? selectSite(config, environmentName, chosen) : undefined
  if (site) return site
  throw new Failure({
    code: 'config-invalid',
    what:
      name === undefined && names.length > 1
        ? text`The environment ${untrusted(environmentName)} of slipway.yml has several sites, and the input site does not say which`
        : text`The environment ${untrusted(environmentName)} of slipway.yml has no site${name === undefined ? [] : text` ${untrusted(name)}`}`,
    why: text`it has ${untrusted(names.join(', ') || 'none')}`,
    fix: text`Set the input ${setting('site')} to one of them, or bucket and folder instead.`,
  })
}

const rules = (given: Readonly<Record<string, string>> | undefined) => lines(given, ': ')

function lines(given: Readonly<Record<string, string>> | undefined, between: string): string | undefined {
  return (
    given &&
    Object.entries(given)
      .map(([name, value]) => `${name}${between}${value}`)
      .join('\n')
  )
}
