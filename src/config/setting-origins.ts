import type { Origins } from '../origins.ts'
import { deploymentSchema } from './deployment-settings.ts'
import type { LoadedConfig } from './load.ts'

type Path = readonly string[]

/**
 * Where slipway.yml sets, or could set, what an input of the same meaning sets: `environments.staging.role
 * (slipway.yml:9)`, with the line of the key, or of the part that the key would go into.
 */
export function originsIn({ config, file, at }: LoadedConfig, environment: string, name: string): Origins {
  const place: Path = ['environments', environment]
  const placement: Path = [...place, 'services', name]
  const placed = config.environments[environment]?.services[name]
  const paths: Readonly<Record<string, Path>> = {
    'aws-region': [...place, 'region'],
    'allowed-account-ids': [...place, 'account'],
    'role-to-assume': [...place, 'role'],
    url: [...place, 'url'],
    'slack-channel': [...place, 'slack'],
    'container-name': ['services', name, 'container'],
    images: ['services', name, 'containers'],
  }
  const pathOf = (setting: string): Path | undefined => {
    if (paths[setting]) return paths[setting]
    if (inPlacement.has(setting)) return [...placement, setting]
    if (deploymentKeys.has(setting)) return [...placement, 'deployment', setting]
    const isOverridden = placed?.[setting as keyof typeof placed] !== undefined
    return overridable.has(setting) ? [...(isOverridden ? placement : ['services', name]), setting] : undefined
  }
  return (setting) => {
    const path = pathOf(setting)
    return path && `${path.join('.')} (${file}:${at(path).line ?? 1})`
  }
}

const inPlacement = new Set([
  'cluster',
  'service',
  'suspend-auto-scaling',
  'codedeploy-application',
  'codedeploy-deployment-group',
])
/** Under `services`, unless an environment overrides it. */
const overridable = new Set(['task-definition', 'codedeploy-appspec', 'service-definition'])
const deploymentKeys = new Set(Object.keys(deploymentSchema.shape))
