import { connect } from 'node:net'

/** Addresses of the backends: secrets of AWS Secrets Manager that the task definition names. */
const backends = { database: 'DATABASE_URL', cache: 'REDIS_URL', broker: 'RABBITMQ_URL' }
const longest = 2000

/** `ok` or what is wrong, by the name of the backend. One that is not configured is not checked. */
export async function checkAll(environment) {
  const used = Object.entries(backends).filter(([, variable]) => environment[variable])
  const found = used.map(async ([name, variable]) => [name, await reach(environment[variable])])
  return Object.fromEntries(await Promise.all(found))
}

function reach(address) {
  const { hostname, port } = new URL(address)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: longest })
    const end = (state) => {
      socket.destroy()
      resolve(state)
    }
    socket.once('connect', () => end('ok'))
    socket.once('timeout', () => end('timeout'))
    socket.once('error', ({ code }) => end(code))
  })
}
