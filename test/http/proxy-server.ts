/** An HTTP proxy on this machine: notes what it is asked, and opens tunnels or answers with a status. */
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Server } from 'node:net'
import type { Duplex } from 'node:stream'

export interface ProxyServer {
  readonly address: string
  readonly port: number
  /** `host:port` of every CONNECT, oldest first. */
  readonly asked: string[]
  /** `Proxy-Authorization` of every CONNECT. */
  readonly logins: (string | undefined)[]
  /** Status lines of the next answers, such as `407 Proxy Authentication Required`; tunnels are opened when none is left. */
  readonly refusals: string[]
  close(): void
}

export async function openProxyServer(): Promise<ProxyServer> {
  const asked: string[] = []
  const logins: (string | undefined)[] = []
  const refusals: string[] = []
  const server = createServer()
  const open = new Set<Duplex>()
  const close = () => {
    server.close()
    for (const socket of open) socket.destroy()
  }
  server.on('connect', (request: IncomingMessage, socket) => {
    asked.push(request.url ?? '')
    logins.push(request.headers['proxy-authorization'])
    open.add(socket)
    socket.on('error', () => undefined)
    const refusal = refusals.shift()
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal}\r\n\r\n`)
    const { hostname, port } = new URL(`http://${request.url}`)
    const target = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      target.pipe(socket)
      socket.pipe(target)
    })
    target.on('error', () => socket.destroy())
    socket.on('close', () => target.destroy())
  })
  const port = await listen(server)
  return { address: `http://127.0.0.1:${port}`, port, asked, logins, refusals, close }
}

/** Listens on a free port of this machine. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
