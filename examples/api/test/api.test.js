import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createApi } from '../src/server.js'

describe('the API', () => {
  const log = []
  const server = createApi({ version: 'v7', log: (entry) => log.push(entry) })
  let address
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    address = `http://127.0.0.1:${server.address().port}`
  })
  after(() => server.close())

  const ask = async (path, init) => {
    const response = await fetch(`${address}${path}`, init)
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  const order = (body) =>
    ask('/orders', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })

  test('is healthy and names its version', async () => {
    assert.deepEqual((await ask('/health')).body, { status: 'ok' })
    assert.deepEqual((await ask('/')).body, { name: 'api', version: 'v7' })
  })

  test('takes an order and finds it again', async () => {
    const made = await order({ sku: 'TEA-1', quantity: 2 })
    assert.equal(made.status, 201)
    assert.deepEqual((await ask(made.headers.get('location'))).body, made.body)
    assert.ok((await ask('/orders')).body.orders.some(({ id }) => id === made.body.id))
  })

  for (const [name, body, status, detail] of [
    ['no JSON', '{', 422, /JSON object/],
    ['a list', [], 422, /JSON object/],
    ['a wrong sku', { sku: 'tea', quantity: 1 }, 422, /sku must be/],
    ['half a piece', { sku: 'TEA-1', quantity: 0.5 }, 422, /whole number/],
    ['a member too many', { sku: 'TEA-1', quantity: 1, price: 0 }, 422, /not known: price/],
    ['a huge body', 'x'.repeat(20_000), 413, /at most/],
  ])
    test(`refuses ${name} and says why`, async () => {
      const refused = await order(body)
      assert.equal(refused.status, status)
      assert.match(refused.body.detail, detail)
    })

  test('says what is not there and what is not possible', async () => {
    assert.equal((await ask('/orders/999')).status, 404)
    assert.equal((await ask('/nowhere')).status, 404)
    const refused = await ask('/health', { method: 'DELETE' })
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET'])
  })

  test('logs every request', () => {
    assert.ok(log.some(({ path, status }) => path === '/health' && status === 200))
  })
})

test('the process answers, and ends well when it is told to', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.js')], {
    env: { ...process.env, PORT: '0', VERSION: 'v8' },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk
  })
  while (!/port \d+/.test(output)) await once(child.stdout, 'data')
  const { body } = await fetch(`http://127.0.0.1:${/port (\d+)/.exec(output)[1]}/`).then(async (response) => ({
    body: await response.json(),
  }))
  assert.equal(body.version, 'v8')
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  for (const line of output.trim().split('\n')) assert.equal(JSON.parse(line).version, 'v8')
})
