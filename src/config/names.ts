import { z } from 'zod'
import { regionPattern, regionProblem } from '../partitions.ts'

/** A name that the writer of slipway.yml chooses: of a service, an environment or an image. */
export const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/, 'must consist of letters, digits, hyphens and underscores')
/** A member of a wave: a service, a site, or a site without its pages. */
export const memberSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,254}(?:\.assets)?$/, 'must be the name of a service or site, or <site>.assets')
/** An AWS region. */
export const regionSchema = z.string().regex(regionPattern, { error: ({ input }) => regionProblem(String(input)) })
/** An AWS account ID. */
export const accountSchema = z.string().regex(/^\d{12}$/, 'must be an AWS account id: 12 digits, in quotes')
/** An IAM role of a job. */
export const roleSchema = z.string().min(1).describe('Name or ARN of the IAM role that the job assumes by OIDC.')

/** `shop` of `shop.assets`; undefined for the name of a service or site itself. */
export function siteOfAssets(name: string): string | undefined {
  return name.endsWith('.assets') ? name.slice(0, -'.assets'.length) : undefined
}
