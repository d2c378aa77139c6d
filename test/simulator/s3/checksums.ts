/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { AwsError } from '../contract.ts'
import type { HttpRequest } from '../http.ts'
import { wholeRequest } from '../wire/rest.ts'

/** A reflected CRC of 32 bits by its polynomial. */
function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1
    return value >>> 0
  })
}

const castagnoli = crcTable(0x82f63b78)

function crc32c(body: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of body) value = (castagnoli[(value ^ byte) & 255] ?? 0) ^ (value >>> 8)
  return (value ^ 0xffffffff) >>> 0
}

const nvme = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index)
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n
  return value
})

function crc64nvme(body: Uint8Array): bigint {
  let value = 0xffffffffffffffffn
  for (const byte of body) value = (nvme[Number((value ^ BigInt(byte)) & 255n)] ?? 0n) ^ (value >> 8n)
  return value ^ 0xffffffffffffffffn
}

const bigEndian = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes.toString('base64')
}

const bigEndian64 = (value: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes.toString('base64')
}

const hash = (name: string) => (body: Uint8Array) => createHash(name).update(body).digest('base64')

/** By the names that x-amz-sdk-checksum-algorithm and the members have. */
const algorithms: Readonly<Record<string, (body: Uint8Array) => string>> = {
  CRC32: (body) => bigEndian(crc32(body)),
  CRC32C: (body) => bigEndian(crc32c(body)),
  CRC64NVME: (body) => bigEndian64(crc64nvme(body)),
  SHA1: hash('sha1'),
  SHA256: hash('sha256'),
}

export const md5 = (body: Uint8Array) => createHash('md5').update(body).digest()

/** A checksum in the way S3 writes it. */
export function checksumOf(algorithm: string, body: Uint8Array): string {
  const make = algorithms[algorithm]
  if (make === undefined)
    throw new AwsError('NotImplemented', `s3: the simulator does not model the checksum ${algorithm}.`, 501)
  return make(body)
}

/** Members of a request about its body. */
export interface Integrity {
  readonly ContentMD5?: string
  readonly ChecksumAlgorithm?: string
  readonly [wholeRequest]?: HttpRequest
}

/** The hash that a request is signed with: sigv4-auth-using-authorization-header.html. */
function requireSignedHash(request: HttpRequest | undefined, body: Uint8Array): void {
  const given = request?.headers['x-amz-content-sha256']
  if (given === undefined || !/^[0-9a-f]{64}$/.test(given)) return
  if (given !== createHash('sha256').update(body).digest('hex'))
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      400,
    )
}

/**
 * The checksums that a request gives, all of which must be right. With `needed`, one must be there.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: BadDigest, InvalidDigest, InvalidRequest.
 */
export function verifiedChecksums(input: Integrity, body: Uint8Array, needed = false): Record<string, string> {
  const { ContentMD5, ChecksumAlgorithm } = input
  requireSignedHash(input[wholeRequest], body)
  if (ContentMD5 !== undefined) {
    if (Buffer.from(ContentMD5, 'base64').length !== 16)
      throw new AwsError('InvalidDigest', 'The Content-MD5 you specified is not valid.', 400, {
        'Content-MD5': ContentMD5,
      })
    if (ContentMD5 !== md5(body).toString('base64'))
      throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400)
  }
  const given = Object.entries(input).filter(
    (entry): entry is [string, string] => /^Checksum(CRC|SHA|XX|MD5)/.test(entry[0]) && typeof entry[1] === 'string',
  )
  if (given.length > 1)
    throw new AwsError(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    )
  for (const [member, value] of given) {
    const algorithm = member.slice('Checksum'.length)
    if (value !== checksumOf(algorithm, body))
      throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`, 400)
  }
  if (ChecksumAlgorithm !== undefined && given.length === 0)
    throw new AwsError(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    )
  if (needed && given.length === 0 && ContentMD5 === undefined)
    throw new AwsError('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
  return Object.fromEntries(given)
}
