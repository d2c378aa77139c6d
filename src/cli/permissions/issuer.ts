/** GitHub's OIDC issuer for a server, as IAM names it: the URL without its scheme. */
export interface Issuer {
  readonly url: string
  readonly name: string
  /** Base address of the REST API of the same server. */
  readonly api: string
  /** False: AWS STS knows no claims of it but `aud`, `sub` and `amr`; those of GitHub are keys of github.com's issuer alone. */
  readonly hasClaims: boolean
}

/**
 * The issuer of github.com (with the name of an enterprise that has one of its own), of a `ghe.com`, or of a GitHub Enterprise
 * Server (https://docs.github.com/en/actions/reference/security/oidc; of `ghe.com`, "Network details for GHE.com").
 */
export function issuerOf(serverUrl: string, enterprise?: string | undefined): Issuer {
  const { host } = new URL(serverUrl)
  if (host === 'github.com') {
    const name = `token.actions.githubusercontent.com${enterprise === undefined ? '' : `/${enterprise}`}`
    return { url: `https://${name}`, name, api: 'https://api.github.com', hasClaims: enterprise === undefined }
  }
  if (host.endsWith('.ghe.com')) {
    const name = `token.actions.${host}`
    return { url: `https://${name}`, name, api: `https://api.${host}`, hasClaims: false }
  }
  const name = `${host}/_services/token`
  return { url: `https://${name}`, name, api: `https://${host}/api/v3`, hasClaims: false }
}
