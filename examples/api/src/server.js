import { createServer } from 'node:http'
import { openOrders, problemsOf } from './orders.js'

const longestBody = 16 * 1024

class BodyTooLarge extends Error {}

/** The API as a server that does not listen yet. `log` gets one object per request. */
export function createApi({ version, log = () => {}, now = Date.now }) {
  const orders = openOrders()
  return createServer(async (request, response) => {
    const started = now()
    const { status, body, headers } = await answer({ request, orders, version, now }).catch(asProblem)
    const content = JSON.stringify(body)
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(content),
      ...headers,
    })
    response.end(request.method === 'HEAD' ? undefined : content)
    log({
      level: status < 500 ? 'info' : 'error',
      method: request.method,
      path: request.url,
      status,
      milliseconds: now() - started,
    })
  })
}

async function answer({ request, orders, version, now }) {
  const { pathname } = new URL(request.url, 'http://api')
  const [, resource, id] = pathname.split('/')
  if (pathname === '/') return allow(request, { GET: () => ok({ name: 'api', version }) })
  if (pathname === '/health') return allow(request, { GET: () => ok({ status: 'ok' }) })
  if (pathname === '/orders')
    return allow(request, { GET: () => ok({ orders: orders.list() }), POST: () => addOrder(request, orders, now) })
  if (resource === 'orders' && pathname === `/orders/${id}`) return allow(request, { GET: () => findOrder(orders, id) })
  return problem(404, `There is nothing at ${pathname}.`)
}

async function addOrder(request, orders, now) {
  const wanted = await readJson(request)
  const problems = problemsOf(wanted)
  if (problems.length > 0) return problem(422, problems.join(' '))
  const order = orders.add(wanted, now())
  return { status: 201, body: order, headers: { location: `/orders/${order.id}` } }
}

function findOrder(orders, id) {
  const order = orders.find(id)
  return order === undefined ? problem(404, `There is no order ${id}.`) : ok(order)
}

function allow(request, methods) {
  const handle = methods[request.method === 'HEAD' ? 'GET' : request.method]
  if (handle !== undefined) return handle()
  return problem(405, `${request.method} is not possible here.`, { allow: Object.keys(methods).join(', ') })
}

/** Undefined for a body that is not JSON. */
async function readJson(request) {
  const body = await readBody(request)
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

async function readBody(request) {
  const chunks = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > longestBody) throw new BodyTooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

const ok = (body) => ({ status: 200, body })

/** RFC 9457. */
const problem = (status, detail, headers = {}) => ({
  status,
  body: { status, detail },
  headers: { 'content-type': 'application/problem+json', ...headers },
})

function asProblem(error) {
  if (error instanceof BodyTooLarge)
    return problem(413, `The body must be at most ${longestBody} bytes.`, { connection: 'close' })
  return problem(500, 'The API made a mistake.')
}
