import { isLoopback } from '../http/hosts.ts'

/** Where a token or a message may go, and nowhere else: Slack itself, and Slack for governments. */
const apiHosts = ['slack.com', 'slack-gov.com']
const webhookHosts = ['hooks.slack.com', 'hooks.slack-gov.com']

/** Base address of Slack's Web API. */
export const defaultApiUrl = 'https://slack.com/api'

/** True for the Web API's address, and for a simulator on this machine, which only an explicit setting can name. */
export function isApiUrl(address: string): boolean {
  return isHttpsAt(address, apiHosts) || isOnThisMachine(address)
}

/** True for an incoming webhook of Slack, or of the simulator that `apiUrl` names. */
export function isWebhookUrl(address: string, apiUrl: string): boolean {
  if (isHttpsAt(address, webhookHosts)) return true
  return isOnThisMachine(apiUrl) && isOnThisMachine(address) && new URL(address).host === new URL(apiUrl).host
}

function isHttpsAt(address: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, username, password } = new URL(address)
  return protocol === 'https:' && hosts.includes(hostname) && port === '' && username === '' && password === ''
}

function isOnThisMachine(address: string): boolean {
  return URL.canParse(address) && isLoopback(new URL(address).hostname)
}
