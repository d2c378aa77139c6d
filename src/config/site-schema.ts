import { z } from 'zod'
import { globPattern } from '../targets/site/index.ts'
import { bucketName, metadataBytes, mostMetadata } from '../targets/site/request/site-names.ts'
import { distributionSchema } from './invalidation-schema.ts'
import { accountSchema } from './names.ts'
import { httpVerifySchema } from './verify-schema.ts'

const patternSchema = z.string().superRefine((glob, context) => {
  try {
    globPattern(glob)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
  }
})

const whole = (most: number) => z.int().min(0, 'must be at least 0').max(most, `must be at most ${most}`)

/** Schema of a static site in slipway.yml. */
export const siteSchema = z.strictObject({
  folder: z.string().min(1).describe('Folder of the built site, relative to the repository.'),
  exclude: z.array(patternSchema).optional().describe('Patterns of files that are not sent, such as "**/*.map".'),
  'cache-control': z
    .record(patternSchema, z.string().min(1))
    .optional()
    .describe('Cache-Control by pattern; the first pattern that matches decides. By default, by the role of the file.'),
  'content-type': z
    .record(patternSchema, z.string().min(1))
    .optional()
    .describe('Content-Type by pattern, as in cache-control; by the ending of the file when absent.'),
  metadata: z
    .record(
      z.string().regex(/^[a-z0-9-]+$/, 'must be lower-case letters, digits and hyphens'),
      z.string().regex(/^[\x20-\x7e]*$/, 'must be US-ASCII, without control characters'),
    )
    .refine((given) => metadataBytes(given) <= mostMetadata, {
      message: `must have at most ${mostMetadata} bytes of names and values (MetadataTooLarge)`,
    })
    .optional()
    .describe('User-defined metadata of every object.'),
  redirects: z
    .record(
      z.string().regex(/^\S+$/, 'must be a path'),
      z.string().regex(/^(\/|https?:\/\/)\S*$/, 'must begin with / or https://'),
    )
    .optional()
    .describe('Redirects of a website endpoint, path to target.'),
  'keep-releases': whole(1000).optional().describe('Releases before the live one whose files stay; 5 when absent.'),
  'keep-days': whole(3650).optional().describe('Days for which files stay after they were live; 14 when absent.'),
})

/** Schema of a site in an environment of slipway.yml. */
export const sitePlacementSchema = z.strictObject({
  bucket: z.string().regex(bucketName, 'must be the name of an S3 bucket').describe('Name of the S3 bucket.'),
  prefix: z
    .string()
    .regex(/^(?!.*(?:^|\/)\.\.?(?:\/|$))[\x21-\x7e]+$/, 'must be a path such as app or app/v2')
    .optional()
    .describe('Path in the bucket, such as app; the whole bucket when absent.'),
  'bucket-owner': accountSchema
    .optional()
    .describe('AWS account ID that owns the bucket; the account of the environment when absent.'),
  distribution: z
    .union([distributionSchema, z.array(distributionSchema)])
    .optional()
    .describe(
      'ID, or list of IDs, of the CloudFront distributions that serve the site; nothing is invalidated when absent.',
    ),
  publish: z
    .enum(['in-place', 'origin-path'], 'must be in-place or origin-path')
    .optional()
    .describe('How a release becomes visible: in-place (the default), or by OriginPath of the distributions.'),
  'canary-weight': z
    .number()
    .gt(0, 'must be more than 0')
    .max(15, 'must be at most 15: CloudFront takes no larger weight')
    .optional()
    .describe('Percent of the sessions that get a release first, with publish: origin-path; at most 15.'),
  'canary-minutes': z
    .int()
    .min(1, 'must be at least 1')
    .max(60, 'must be at most 60: CloudFront keeps a session for an hour')
    .optional()
    .describe('Minutes of the canary before all visitors get the release; 10 when absent.'),
  'canary-header': z
    .string()
    .regex(/^aws-cf-cd-[A-Za-z0-9-]{1,246}:\s+[\x21-\x7e]{1,1783}$/, 'must be such as "aws-cf-cd-canary: yes"')
    .optional()
    .describe('Header whose requests get the release first, such as "aws-cf-cd-canary: yes".'),
  invalidation: z
    .enum(['changed', 'all', 'off'], 'must be changed, all or off')
    .optional()
    .describe('What is invalidated: changed (the default), all or off.'),
  check: z.boolean().optional().describe('Compares what visitors get with what was sent; true when absent.'),
  url: z
    .url('must be a URL such as https://www.example.com')
    .optional()
    .describe('Public address of the site, for the check; that of the first distribution when absent.'),
  encryption: z
    .enum(
      ['bucket-default', 'AES256', 'aws:kms', 'aws:kms:dsse'],
      'must be bucket-default, AES256, aws:kms or aws:kms:dsse',
    )
    .optional()
    .describe('Server-side encryption: bucket-default (the default), AES256, aws:kms or aws:kms:dsse.'),
  'kms-key-id': z.string().min(1).optional().describe('AWS KMS key for aws:kms; the AWS managed key when absent.'),
  verify: httpVerifySchema.optional(),
})
