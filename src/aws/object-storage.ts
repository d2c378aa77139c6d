import type { ObjectStorages } from '../ports.ts'
import type { Connection } from './connection.ts'
import type { Bucket } from './s3/bucket.ts'
import { bucketPolicy } from './s3/bucket-policy.ts'
import { copyObject, removeObjects } from './s3/change-objects.ts'
import { putObject } from './s3/put-object.ts'
import { getObject, headObject, listObjects } from './s3/read-objects.ts'
import { multipartFrom, uploadParts } from './s3/upload-parts.ts'

/** S3 that refuses one object for so long (SlowDown) will not take a whole site: nothing waits for the end of the job. Milliseconds. */
const longestCall = 15 * 60_000

/** Buckets of Amazon S3 behind the port. */
export function objectStorages(aws: Connection): ObjectStorages {
  const connection = { ...aws, longestCall }
  return {
    bucket(name, owner) {
      const bucket: Bucket = { connection, name, owner }
      return {
        put: (object) =>
          object.content.size < multipartFrom ? putObject(bucket, object) : uploadParts(bucket, object),
        get: (key) => getObject(bucket, key),
        head: (key) => headObject(bucket, key),
        list: (prefix) => listObjects(bucket, prefix),
        policy: () => bucketPolicy(bucket),
        copy: (copy) => copyObject(bucket, copy),
        remove: (objects, confirm) => removeObjects(bucket, objects, confirm),
      }
    },
  }
}
