import { expect, test } from '@jest/globals'
import { shareLogin } from '../../src/registry/login.ts'

const login = (password: string) => ({
  endpoint: 'https://registry.example',
  username: 'AWS',
  password,
  expiresAt: new Date(0),
})

function counted() {
  let count = 0
  const shared = shareLogin(async () => {
    count++
    if (count === 2) throw new Error('no answer')
    return login(`token-${count}`)
  })
  return { shared, count: () => count }
}

test('one token serves the builder and every client', async () => {
  const { shared, count } = counted()
  const [one, other] = [shared.forClient(), shared.forClient()]
  const tokens = await Promise.all([one(), shared.current(), other()])
  expect(tokens.map(({ password }) => password)).toEqual(['token-1', 'token-1', 'token-1'])
  expect(count()).toBe(1)
})

test('a client that asks again gets a new one, which the others get, too; one that could not be had is asked for again', async () => {
  const { shared, count } = counted()
  const [one, other] = [shared.forClient(), shared.forClient()]
  await Promise.all([one(), other()])
  await expect(one()).rejects.toThrow('no answer')
  expect((await one()).password).toBe('token-3')
  expect((await other()).password).toBe('token-3')
  expect((await shared.current()).password).toBe('token-3')
  expect(count()).toBe(3)
})
