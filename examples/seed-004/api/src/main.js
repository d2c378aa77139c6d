import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 8080)
const log = (entry) => console.log(JSON.stringify({ time: new Date().toISOString(), ...entry }))

const server = createServer((request, response) => {
  const isKnown = request.url === '/health' || request.url.startsWith('/api/')
  const status = isKnown ? 200 : 404
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' })
  response.end(JSON.stringify({ status: isKnown ? 'ok' : 'not found' }))
  log({ method: request.method, path: request.url, status })
})

server.listen(port, '127.0.0.1', () => log({ message: `Listening on port ${port}, behind the sidecar` }))
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => server.close())
