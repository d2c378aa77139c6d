import { createServer } from 'node:http'
import { Pool } from 'pg'

const port = Number(process.env.PORT ?? 8080)
const pool = new Pool({ connectionString: process.env.DATABASE_URL })

const routes = {
  '/health': async () => ({ status: 'ok' }),
  '/books': async () => ({ books: (await pool.query('SELECT id, title, author FROM books LIMIT 100')).rows }),
}

const server = createServer(async (request, response) => {
  const reply = (status, body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  try {
    const route = routes[request.url]
    if (route === undefined) reply(404, { status: 404 })
    else reply(200, await route())
  } catch (error) {
    console.error(error.stack)
    reply(500, { status: 500, detail: error.code ?? error.name })
  }
})

server.listen(port, () => console.log(`Listening on port ${port}`))
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => server.close(() => pool.end()))
