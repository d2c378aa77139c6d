import { Failure } from '../failure.ts'
import { text, untrusted } from '../text.ts'
import { publicHost } from './ecr-host.ts'
import type { ImagePlan } from './layout.ts'

/** Largest layer in MiB, which no request raises (Amazon ECR and Amazon ECR Public user guides, "Service quotas"). */
const largestLayer = { private: 52_000, public: 10_000 }
const mebibyte = 1024 * 1024

/** Throws `registry-rejected` where a layer is larger than the registry takes, before it is uploaded for an hour. */
export function requireLayerSizes({ blobs }: Pick<ImagePlan, 'blobs'>, host: string): void {
  const isPublic = host === publicHost
  const most = isPublic ? largestLayer.public : largestLayer.private
  const largest = blobs.toSorted((one, other) => other.size - one.size)[0]
  if (largest === undefined || largest.size <= most * mebibyte) return
  throw new Failure({
    code: 'registry-rejected',
    what: text`The layer ${untrusted(largest.digest)} is larger than ${isPublic ? 'Amazon ECR Public' : 'Amazon ECR'} allows`,
    why: text`it has ${Math.ceil(largest.size / mebibyte)} MiB; the quota "Maximum layer size" is ${most} MiB and cannot be raised`,
    fix: text`Split the layer. Nothing has been uploaded.`,
  })
}
