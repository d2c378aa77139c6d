import { z } from 'zod'
import { distributionId } from '../targets/site/request/site-names.ts'

/** ID of a CloudFront distribution in slipway.yml. */
export const distributionSchema = z
  .string()
  .regex(distributionId, 'must be the ID of a CloudFront distribution such as E1A2B3C4D5E6F7')

/**
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html, and of cache tags
 * invalidation-specifying-tags.html: visible ASCII characters without a comma, at most 256. A tag with `*` would be taken for a wildcard.
 */
const pathSchema = z
  .string()
  .regex(
    /^(?:\/[^\s*]*\*?|#[!-)+\--~]{1,256})$/,
    'must begin with / and may have one * at its end, such as /api/*, or be a cache tag such as "#catalog", of at most 256 visible ASCII characters without , and *',
  )

/** What is done after a service was deployed. */
export const afterSchema = z
  .strictObject({
    invalidate: z
      .strictObject({
        distribution: distributionSchema.describe('ID of the CloudFront distribution in front of the service.'),
        paths: z
          .array(pathSchema)
          .min(1, 'must have a path')
          .max(100, 'must have at most 100 paths')
          .describe(
            'Paths to invalidate, such as /api/*, * only at the end; and cache tags such as "#catalog", for a distribution with CacheTagConfig.',
          ),
      })
      .describe('Invalidates paths of a CloudFront distribution, and waits until that has completed.'),
  })
  .describe('What is done once the service was deployed and is healthy, and after its rollback.')
