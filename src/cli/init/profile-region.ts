import { profileRegion } from '../../aws/profile.ts'

/** The region of this machine: its variables, or its AWS profile. Undefined where there is none. */
export function machineRegion(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  return environment.AWS_REGION || environment.AWS_DEFAULT_REGION || profileRegion(undefined, environment)
}
