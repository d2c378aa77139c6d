// Loaded into an action that knows no endpoint but that of AWS: its requests go to AWS_ENDPOINT_URL, buckets in the path.
import http from 'node:http'
import https from 'node:https'

const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL ?? '')

https.request = (options, reply) => {
  const [, bucket] = /^(.+)\.s3\.[^.]+\.amazonaws\.com$/.exec(options.hostname) ?? []
  const path = bucket === undefined ? options.path : `/${bucket}${options.path}`
  return http.request({ ...options, hostname, port, path }, reply)
}
