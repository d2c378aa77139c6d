const loopback = /^(localhost|\[::1\]|::1|127(\.\d{1,3}){3})$/i

/** True for the host of an address that never leaves this machine. Brackets of IPv6 as in `URL.hostname` or without. */
export function isLoopback(hostname: string): boolean {
  return loopback.test(hostname)
}

/**
 * The variable that names the hosts of AWS emulators, such as a service container of the job: host names separated by
 * commas or spaces, each for its subdomains, too. They get credentials and the OIDC token, so that no host is guessed.
 */
export const emulatorVariable = 'SLIPWAY_EMULATOR_HOSTS'

/** True for a host that `SLIPWAY_EMULATOR_HOSTS` names. Scheme and port, as in `http://localstack:4566`, say nothing more. */
export function isEmulator(hostname: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  const host = withoutBrackets(hostname.toLowerCase())
  return (environment[emulatorVariable] ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .map((named) => withoutBrackets(/^(?:https?:\/\/)?(\[[^\]]*\]|[^:/]*)(?::\d+)?\/?$/.exec(named)?.[1] ?? named))
    .some((named) => named !== '' && (host === named || host.endsWith(`.${named}`)))
}

/** An address of IPv6 without its brackets. */
function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1')
}
