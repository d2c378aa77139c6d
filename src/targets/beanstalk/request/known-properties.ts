import { concealWith } from '../../../diagnosis/conceal.ts'
import { hiddenValues, type Variable } from '../../../diagnosis/hidden-values.ts'
import { hideValues } from '../../../diagnosis/redact-lines.ts'
import type { OptionSetting } from '../../../ports.ts'
import type { BeanstalkChange } from './beanstalk-request.ts'

/** Namespace of environment properties, whose values may be secret. */
const namespace = 'aws:elasticbeanstalk:application:environment'

/** Of a Beanstalk Cluster environment: one option with all variables, a JSON object ("Configuration options for Beanstalk Cluster environments"). */
const cluster = { namespace: 'aws:elasticbeanstalk:eks:environment', name: 'env-variables' } as const

/** Whether the value of an option may be secret: environment properties, and the secrets that become some. */
export function mayBeSecret({ namespace: space, name }: Pick<OptionSetting, 'namespace' | 'name'>): boolean {
  if (space === cluster.namespace) return name === cluster.name || name === 'secrets'
  return space === namespace || space === `${namespace}secrets`
}

/** The environment properties that an option sets. */
function propertiesIn({ namespace: space, name, value }: OptionSetting): readonly (readonly [string, string])[] {
  if (space === namespace) return [[name, value]]
  if (space !== cluster.namespace || name !== cluster.name) return []
  try {
    const variables: unknown = JSON.parse(value)
    if (typeof variables !== 'object' || variables === null) return [[name, value]]
    return Object.entries(variables).map(([key, each]) => [key, String(each)])
  } catch {
    // AWS refuses it later; what it holds is shown nowhere.
    return [[name, value]]
  }
}

/** The environment properties of one environment, as far as they are known by now. */
export interface KnownProperties {
  /** Adds the properties among these settings. */
  learn(settings: readonly OptionSetting[]): void
  /** The value without the values of properties that no text may show. */
  conceal<Value>(value: Value): Value
}

/** Names of application and environment are shown in any case, also where a property has them. */
export function openKnownProperties(
  { application, environment }: Pick<BeanstalkChange, 'application' | 'environment'>,
  settings: readonly OptionSetting[] = [],
): KnownProperties {
  const open = `${application}\n${environment}`
  let variables: readonly Variable[] = []
  let conceal = concealWith((text) => text)
  const learn = (more: readonly OptionSetting[]) => {
    const found = more.flatMap(propertiesIn).flatMap(([name, value]) => hiddenValues(name, value, open))
    variables = [...variables, ...found].toSorted((one, other) => other.value.length - one.value.length)
    conceal = concealWith(hideValues(variables))
  }
  learn(settings)
  return { learn, conceal: (value) => conceal(value) }
}
