import { createServer } from 'node:http'
import { checkAll } from './checks.js'

const port = Number(process.env.PORT ?? 8080)

const server = createServer(async (request, response) => {
  const { status, body } = request.url === '/health' ? await health() : { status: 200, body: { name: 'api' } }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})

/** 503 while a backend is not reachable: slipway.yml checks this before users get the revision. */
async function health() {
  const checks = await checkAll(process.env)
  const isUp = Object.values(checks).every((check) => check === 'ok')
  return { status: isUp ? 200 : 503, body: { status: isUp ? 'ok' : 'degraded', checks } }
}

server.listen(port, () => console.log(JSON.stringify({ level: 'info', message: `Listening on port ${port}` })))
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => server.close())
