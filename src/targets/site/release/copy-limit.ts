/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: an object of up to 5 GB by one request. Bytes. */
const largestCopy = 5 * 1024 ** 3

/** Whether an object can be copied inside its bucket by one request. */
export function canBeCopied({ size }: { readonly size: number }): boolean {
  return size <= largestCopy
}
