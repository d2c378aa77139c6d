import type { DescribeImageScanFindingsResponse } from '@aws-sdk/client-ecr'
import { arnInAnyAccount } from '../arn.ts'
import type { EcrScans, ImageScan, Refused } from '../ports.ts'
import { call } from './call.ts'
import type { Connection } from './connection.ts'
import { type AwsError, type Expected, present } from './error-class.ts'
import { everyPage } from './pages.ts'
import { isDenial } from './refusal.ts'

/** Image scans of Amazon ECR behind the port. */
export function ecrScans(connection: Connection): EcrScans {
  return {
    scan: (repository, digest) => scan(connection, repository, digest),
    startScan: (repository, digest) => startScan(connection, repository, digest),
  }
}

/** Other refusals are errors: a missing repository or permission. */
function refusedBy(names: RegExp): ({ name, message }: AwsError) => Expected<Refused> {
  return (error) => (names.test(error.name) ? refusal(error) : undefined)
}

function refusal({ name, message }: AwsError): { readonly value: Refused } {
  return { value: { refused: name, message } }
}

/** All pages: without `maxResults` a page has a hundred findings, and enhanced ones ignore it (boto/boto3#3449). */
async function scan(connection: Connection, repository: string, digest: string): Promise<ImageScan | Refused> {
  const pages = await everyPage(async (nextToken) => {
    const page = await scanPage(connection, repository, digest, nextToken)
    return { items: [page], next: 'refused' in page ? undefined : page.nextToken }
  })
  const refused = pages.find((page): page is Refused => 'refused' in page)
  return refused ?? merged(pages.filter((page): page is DescribeImageScanFindingsResponse => !('refused' in page)))
}

async function scanPage(
  connection: Connection,
  repositoryName: string,
  imageDigest: string,
  nextToken: string | undefined,
): Promise<DescribeImageScanFindingsResponse | Refused> {
  const client = await connection.clients.ecr()
  const { DescribeImageScanFindingsCommand } = await import('@aws-sdk/client-ecr')
  const command = new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageDigest }, nextToken })
  return await call(
    connection,
    async (options): Promise<DescribeImageScanFindingsResponse | Refused> => {
      const reply = await client.send(command, options)
      present(reply.imageScanStatus?.status, 'imageScanStatus')
      return reply
    },
    {
      action: 'ecr:DescribeImageScanFindings',
      resource: arnInAnyAccount('ecr', connection.region, `repository/${repositoryName}`),
      kind: 'read',
      whenRefused: refusedBy(/^(ScanNotFound|ImageNotFound)Exception$/),
    },
  )
}

/** The shape shows the kind of scan: a member that no page has stays absent. */
function merged(pages: readonly DescribeImageScanFindingsResponse[]): ImageScan {
  const last = pages.at(-1)
  const all = pages.flatMap(({ imageScanFindings }) => imageScanFindings ?? [])
  const basic = all.flatMap(({ findings }) => findings ?? [])
  const enhanced = all.flatMap(({ enhancedFindings }) => enhancedFindings ?? [])
  return {
    status: present(last?.imageScanStatus?.status, 'imageScanStatus'),
    description: last?.imageScanStatus?.description,
    imageScanCompletedAt: all.at(-1)?.imageScanCompletedAt,
    findingSeverityCounts: all.at(-1)?.findingSeverityCounts,
    ...(all.some(({ findings }) => findings !== undefined) && { findings: basic }),
    ...(all.some(({ enhancedFindings }) => enhancedFindings !== undefined) && { enhancedFindings: enhanced }),
  }
}

async function startScan(
  connection: Connection,
  repositoryName: string,
  imageDigest: string,
): Promise<Refused | undefined> {
  const client = await connection.clients.ecr()
  const { StartImageScanCommand } = await import('@aws-sdk/client-ecr')
  const expected = refusedBy(/^(LimitExceeded|Validation|UnsupportedImageType|ImageArchived|ImageNotFound)Exception$/)
  const command = new StartImageScanCommand({ repositoryName, imageId: { imageDigest } })
  return await call(
    connection,
    async (options): Promise<Refused | undefined> => {
      await client.send(command, options)
      return undefined
    },
    {
      action: 'ecr:StartImageScan',
      resource: arnInAnyAccount('ecr', connection.region, `repository/${repositoryName}`),
      kind: 'mutate',
      // A second request is refused with LimitExceededException: one scan of an image in 24 hours (StartImageScan).
      idempotent: true,
      // Enhanced scanning needs no such permission, and whether it is on is unknown here: the scan may still appear.
      whenRefused: (error) => (isDenial(error) ? refusal(error) : expected(error)),
    },
  )
}
