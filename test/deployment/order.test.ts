import { describe, expect, test } from '@jest/globals'
import { times } from '../often.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { rollingScene, run, servingImage } from './scene.ts'

const sha = (number: number) => String(number).padStart(40, 'c')
const imageOf = (number: number) => `registry.example.com/api:c${number}`

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffled(numbers: readonly number[], next: () => number): readonly number[] {
  return numbers
    .map((number) => ({ number, key: next() }))
    .sort((one, other) => one.key - other.key)
    .map(({ number }) => number)
}

function withCommits(sim: Simulator): Simulator {
  sim.github.commits.add(...Array.from({ length: 10 }, (_, index) => sha(index)))
  return sim
}

const commits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

describe('row F05: the newest commit wins', () => {
  test('in random orders of ten commits, five of them run twice (ORDERS)', async () => {
    for (let seed = 1; seed <= times('ORDERS', 4, 100); seed++) {
      const next = random(seed)
      const again = shuffled(commits, next).slice(0, 5)
      const order = shuffled([...commits, ...again], next)
      const sim = withCommits(rollingScene())
      let newest = -1
      for (const commit of order) {
        const ended = await run(sim, { image: imageOf(commit), commit: sha(commit), request: { wait: false } })
        const wanted =
          commit > newest
            ? 'detached'
            : commit < newest
              ? 'superseded'
              : expect.stringMatching(/^(detached|unchanged)$/)
        expect([seed, commit, ended.outcome]).toEqual([seed, commit, wanted])
        newest = Math.max(newest, commit)
        sim.clock.advance(60_000)
        expect(servingImage(sim)).toBe(imageOf(newest))
      }
    }
  })
})
