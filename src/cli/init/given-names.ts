/** The value of an option for one name: `name=value` has precedence over a value for all. */
export function valueFor(given: readonly string[], name: string): string | undefined {
  const own = given.filter((one) => one.startsWith(`${name}=`)).at(-1)
  return own === undefined ? given.find((one) => !one.includes('=')) : own.slice(name.length + 1)
}

/** What is wrong with the values of an option that may be given for each name. */
export function namedMistakes(option: string, given: readonly string[], names: readonly string[]): readonly string[] {
  const strangers = given.flatMap((one) => {
    const [, name] = /^([A-Za-z0-9][A-Za-z0-9_-]*)=/.exec(one) ?? []
    return name === undefined || names.includes(name) ? [] : [name]
  })
  const forAll = given.filter((one) => !one.includes('='))
  return [
    ...strangers.map((name) => `--${option} ${name}=…: there is no ${name}; the names are ${names.join(', ')}`),
    ...(forAll.length > 1 ? [`--${option} was given ${forAll.length} times without a name: ${forAll.join(', ')}`] : []),
  ]
}
