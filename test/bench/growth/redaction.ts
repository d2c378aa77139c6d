import { redact } from '../../../src/diagnosis/redact.ts'
import { hideValues } from '../../../src/diagnosis/redact-lines.ts'
import { secretAssignments } from '../../../src/diagnosis/secret-assignments.ts'
import { type SecretPattern, secretPatterns } from '../../../src/diagnosis/secret-patterns.ts'
import { beginningsOf, known, nearly } from '../../diagnosis/secret-samples.ts'
import { repeated, type Subject } from './subject.ts'

const values = Array.from({ length: 500 }, (_, index) => ({ name: `N${index}`, value: `value-${index * 997}` }))

/** Its encoded form is longer than any text here, so that a run of letters is looked at to its end. */
const large = [{ name: 'LARGE', value: 'Abc+'.repeat(25_000) }]

const samplesOf = ({ pattern }: SecretPattern) => known.filter((sample) => sample.search(pattern) >= 0)

/** Texts of containers and of AWS, from which secrets are taken out. */
export const redaction: readonly Subject[] = [
  ...secretPatterns.map((each) => ({
    name: `pattern ${each.pattern.source.slice(0, 40)}`,
    texts: repeated([...beginningsOf(samplesOf(each)), ...nearly]),
    search: (text: string) => [...text.matchAll(each.pattern)].length,
  })),
  { name: 'names and values', texts: repeated(beginningsOf(nearly)), search: secretAssignments },
  { name: 'many values', texts: repeated(['value-1 ', 'value-', 'no']), search: hideValues(values) },
  { name: 'one large value', texts: repeated(['Abc+', 'Abc=']), search: hideValues(large) },
  { name: 'one line of a log', texts: repeated(beginningsOf(nearly)), search: redact },
]
