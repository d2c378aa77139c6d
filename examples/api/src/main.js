import { createApi } from './server.js'

const port = Number(process.env.PORT ?? 8080)
const version = process.env.VERSION ?? 'development'
/** Amazon ECS kills a container 30 s after SIGTERM unless its stopTimeout says otherwise. */
const longestStop = 25_000

const log = (entry) =>
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), version, ...entry })}\n`)
const server = createApi({ version, log })

server.listen(port, () => log({ level: 'info', message: `Listening on port ${server.address().port}` }))

for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, () => {
    log({ level: 'info', message: `${signal}: answering what is open, then stopping` })
    server.close(() => log({ level: 'info', message: 'Stopped' }))
    server.closeIdleConnections()
    setTimeout(() => process.exit(1), longestStop).unref()
  })
