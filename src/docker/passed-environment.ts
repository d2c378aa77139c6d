type Environment = Readonly<Record<string, string | undefined>>

/** The environment of a build, which must not see the inputs and the right to request OIDC tokens. */
export function passedEnvironment(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(INPUT_|ACTIONS_ID_TOKEN_)/.test(name)))
}
