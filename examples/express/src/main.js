import { createServer } from 'node:http'

const port = Number(process.env.PORT ?? 8080)

const server = createServer((request, response) => {
  const isKnown = request.url === '/' || request.url === '/health'
  const body = request.url === '/health' ? { status: 'ok' } : { name: 'shop' }
  response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})

server.listen(port, () => console.log(`Listening on port ${port}`))
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => server.close())
