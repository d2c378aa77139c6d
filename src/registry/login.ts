import type { RegistryLogin } from '../ports.ts'

/** One login for all that a step does in a registry. */
export interface SharedLogin {
  /** The login that there is, which is asked for when there is none yet. */
  current(): Promise<RegistryLogin>
  /** For one client, which asks again only when what it got does not serve any more: then another login is asked for. */
  forClient(): () => Promise<RegistryLogin>
}

/** `ask` gets a new token. One that could not be had is asked for again. */
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
