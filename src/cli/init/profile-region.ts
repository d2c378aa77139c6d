import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The region of this machine: its variables, or the profile in `~/.aws/config`, as the AWS CLI reads them (AWS CLI user guide,
 * "Configuration and credential file settings"). Undefined where there is none.
 */
export function machineRegion(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE, AWS_CONFIG_FILE, HOME } = environment
  if (AWS_REGION || AWS_DEFAULT_REGION) return AWS_REGION || AWS_DEFAULT_REGION
  const path = AWS_CONFIG_FILE || join(HOME || homedir(), '.aws/config')
  const section = AWS_PROFILE && AWS_PROFILE !== 'default' ? `profile ${AWS_PROFILE}` : 'default'
  return settingIn(textOf(path), section, 'region')
}

function settingIn(content: string, section: string, name: string): string | undefined {
  let isInside = false
  for (const line of content.split(/\r?\n/)) {
    const [, head] = /^\s*\[\s*(.+?)\s*\]/.exec(line) ?? []
    if (head !== undefined) isInside = head.replace(/\s+/g, ' ') === section
    const [, key, value] = /^\s*([\w]+)\s*=\s*(\S+)\s*$/.exec(line) ?? []
    if (isInside && key === name) return value
  }
  return undefined
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
