import { concealWith } from '../../../diagnosis/conceal.ts'
import { hiddenValues, type Variable } from '../../../diagnosis/hidden-values.ts'
import { hideValues } from '../../../diagnosis/redact-lines.ts'
import type { OptionSetting } from '../../../ports.ts'
import type { BeanstalkChange } from './beanstalk-request.ts'

/** Namespace of environment properties, whose values may be secret. */
const namespace = 'aws:elasticbeanstalk:application:environment'

/** Namespaces of environment properties and of the secrets that become some. */
export const secretNamespaces = /^aws:elasticbeanstalk:application:environment(secrets)?$/

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
    const found = more
      .filter((setting) => setting.namespace === namespace)
      .flatMap(({ name, value }) => hiddenValues(name, value, open))
    variables = [...variables, ...found].toSorted((one, other) => other.value.length - one.value.length)
    conceal = concealWith(hideValues(variables))
  }
  learn(settings)
  return { learn, conceal: (value) => conceal(value) }
}
