import type { RegistryLogin } from '../ports.ts'

/** One login for all that a step does in a registry. */
export interface SharedLogin {
  /** The current login, requested if there is none yet. */
  current(): Promise<RegistryLogin>
  /** For one client, which calls again only when its login is no longer valid: then another login is requested. */
  forClient(): () => Promise<RegistryLogin>
}

/** `ask` gets a new token. A failed request is repeated. */
export function shareLogin(ask: () => Promise<RegistryLogin>): SharedLogin {
  let known: Promise<RegistryLogin> | undefined
  const renew = () => {
    const asked = ask()
    known = asked
    asked.catch(() => {
      if (known === asked) known = undefined
    })
    return asked
  }
  return {
    current: () => known ?? renew(),
    forClient() {
      let used: Promise<RegistryLogin> | undefined
      return () => {
        used = known === undefined || known === used ? renew() : known
        return used
      }
    },
  }
}
