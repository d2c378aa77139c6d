import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formFinder } from '../../src/diagnosis/find-values.ts'
import { redactLines } from '../../src/diagnosis/redact-lines.ts'
import { variablesOf } from '../../src/targets/ecs/facts/definition-variables.ts'
import { runs } from '../generated.ts'

const definition = (environment: readonly { readonly name: string; readonly value: string }[]) => ({
  family: 'api',
  containerDefinitions: [{ name: 'api', image: 'x:1', environment }],
})

describe('values of any size are hidden', () => {
  test.each([1, 1000])('%s variables, as large together as Amazon ECS takes', (count) => {
    const environment = Array.from({ length: count }, (_, index) => ({
      name: `N${index}`,
      value: `${index}-${'Abc+'.repeat(15_000 / count)}`,
    }))
    const last = environment.at(-1)?.value ?? ''
    const [line] = redactLines([`got ${last}, the end`], variablesOf(definition(environment)))
    expect(line).toBe(`got ***(N${count - 1}), the end`)
  })
})

test('at every place the longest value is found, as one regular expression of all would find it', () => {
  const word = fc.stringMatching(/^[ab]{2,12}$/)
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 8 }),
      fc.stringMatching(/^[ab ]{0,60}$/),
      (forms, text) => {
        const isWord = (form: string) => form.length < 4
        const find = formFinder(forms.map((form) => ({ form, name: form, isWord: isWord(form) })))
        const pattern = forms
          .toSorted((one, other) => other.length - one.length)
          .map((form) => (isWord(form) ? `(?<![ab])${form}(?![ab])` : form))
        const expected = [...text.matchAll(new RegExp(pattern.join('|'), 'g'))].map(({ 0: form, index }) => [
          index,
          form,
        ])
        expect(find(text).map(({ index, form }) => [index, form.form])).toEqual(expected)
      },
    ),
    runs(300),
  )
})
