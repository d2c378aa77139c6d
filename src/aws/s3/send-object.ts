import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3'
import type { NewObject } from '../../ports.ts'
import type { SendOptions } from '../attempt.ts'
import { present } from '../error-class.ts'
import { type Bucket, ofBucket } from './bucket.ts'
import { conditionMembers } from './conditions.ts'

type Config = S3Client['config']
type Request = Parameters<Config['requestHandler']['handle']>[0]
type Response = Awaited<ReturnType<Config['requestHandler']['handle']>>['response']

/** An object of this size or more is sent by the SDK itself, which first asks S3 whether it wants the bytes. */
const expectedFrom = 1024 * 1024
const sampleKey = 'sample'

/** The ETag of an object that was stored by one request. Throws what the SDK throws. */
export async function sendObject(
  client: S3Client,
  bucket: Bucket,
  object: NewObject,
  body: Uint8Array,
  options: SendOptions,
): Promise<string> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  if (object.content.size >= expectedFrom)
    return present((await client.send(new PutObjectCommand(inputOf(bucket, object, body)), options)).ETag, 'ETag')
  const request = await signed(client, await requestFor(client, bucket, object, body))
  const { response } = await client.config.requestHandler.handle(request, options)
  const etag = response.headers.etag
  if (response.statusCode !== 200 || etag === undefined) {
    const command = new PutObjectCommand(inputOf(bucket, object, body))
    const read = command.resolveMiddleware(client.middlewareStack, answering(client, response), options)
    return present((await read(command)).output.ETag, 'ETag')
  }
  // A reply that breaks off is none.
  if (response.body) await client.config.streamCollector(response.body)
  return etag
}

function inputOf(bucket: Bucket, { key, content, headers, condition }: NewObject, Body: Uint8Array) {
  const ChecksumSHA256 = Buffer.from(content.sha256, 'hex').toString('base64')
  const own = { Key: key, Body, ContentLength: content.size, ChecksumSHA256 }
  return { ...ofBucket(bucket), ...headers, ...conditionMembers(condition), ...own } as PutObjectCommandInput
}

/** The settings of a client to which every request gets this response. */
function answering(client: S3Client, response: Response): Config {
  const requestHandler = Object.assign(Object.create(client.config.requestHandler), {
    handle: async () => ({ response }),
  })
  return { ...client.config, requestHandler }
}

/** The request of a sample, by the headers and the kind of condition of what it is a sample of. */
const samples = new WeakMap<S3Client, Map<string, Promise<Request>>>()

/**
 * The request as the SDK makes it. It is made once for all objects of a bucket with the same headers and kind of condition, and differs
 * in path, size, hash and ETag: the layers of the SDK take more CPU time than signing and sending a small object.
 */
async function requestFor(client: S3Client, bucket: Bucket, object: NewObject, body: Uint8Array): Promise<Request> {
  const { key, content, condition } = object
  const known = samples.get(client) ?? new Map<string, Promise<Request>>()
  samples.set(client, known)
  const kind = JSON.stringify([bucket.name, bucket.owner, object.headers, condition?.kind])
  const made = known.get(kind) ?? requestOfSample(client, bucket, object)
  known.set(kind, made)
  const sample = await made
  const path = key.split('/').map(encodedSegment).join('/')
  return {
    ...sample,
    path: sample.path.slice(0, -sampleKey.length) + path,
    headers: {
      ...sample.headers,
      'content-length': String(content.size),
      'x-amz-checksum-sha256': Buffer.from(content.sha256, 'hex').toString('base64'),
      // Signed with the hash that is known: none is computed of what is sent, which S3 compares with it.
      'x-amz-content-sha256': content.sha256,
      ...(condition?.kind === 'etag' && { 'if-match': condition.etag }),
    },
    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  } as Request
}

/** As the SDK encodes a part of a path: everything but RFC 3986's unreserved characters. */
function encodedSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

async function requestOfSample(client: S3Client, bucket: Bucket, object: NewObject): Promise<Request> {
  const { PutObjectCommand } = await import('@aws-sdk/client-s3')
  const command = new PutObjectCommand(inputOf(bucket, { ...object, key: sampleKey }, new Uint8Array(1)))
  let sample: Request | undefined
  const config = answering(client, undefined as never)
  config.requestHandler.handle = async (request) => {
    sample = request
    return { response: { statusCode: 200, headers: {} } as Response }
  }
  await command.resolveMiddleware(client.middlewareStack, config, {})(command)
  const { headers, ...request } = present(sample, 'the request of a sample')
  const own = /^(authorization|x-amz-date|x-amz-security-token|amz-sdk-invocation-id|amz-sdk-request)$/i
  const kept = Object.entries(headers).filter(([name]) => !own.test(name))
  return { ...request, headers: Object.fromEntries(kept) } as Request
}

const signers = new WeakMap<S3Client, ReturnType<Config['signer']>>()

async function signed(client: S3Client, request: Request): Promise<Request> {
  const { config } = client
  const known = signers.get(client) ?? config.signer()
  signers.set(client, known)
  const signer = await known
  const signingDate = new Date(Date.now() + config.systemClockOffset)
  return (await signer.sign(request, { signingDate })) as Request
}
