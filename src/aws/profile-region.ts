/** The region of a profile in the AWS config files, or of the environment, as AWS's SDK finds it; undefined where there is none. */
export async function profileRegion(profile: string | undefined): Promise<string | undefined> {
  const { STSClient } = await import('@aws-sdk/client-sts')
  const { region } = new STSClient(profile === undefined ? {} : { profile }).config
  // It rejects where no region is configured, and where the profile does not exist: its credentials are asked for next.
  return region().catch(() => undefined)
}
