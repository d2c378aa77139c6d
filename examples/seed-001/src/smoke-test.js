// The check smoke of slipway.yml: runs as a task inside the VPC. Exit code 0 is a good result.
const [address] = process.argv.slice(2)

for (const path of ['/health', '/books']) {
  const response = await fetch(new URL(path, address), { signal: AbortSignal.timeout(5000) })
  console.log(`GET ${path}: ${response.status}`)
  if (!response.ok) {
    console.error((await response.text()).slice(0, 500))
    process.exit(1)
  }
}
