import { findEntry } from '../../../src/diagnosis/entry.ts'
import { entries } from '../../diagnosis/entries.ts'
import { repeated, type Subject } from './subject.ts'

const starts = entries.flatMap(({ pattern }) => pattern.source.match(/[A-Za-z' ]{6,}/g) ?? [])

/** Texts of AWS in which causes are looked for. */
export const causes: readonly Subject[] = [
  {
    name: 'catalogue of causes',
    texts: repeated([...new Set(starts)].map((part) => `${part} `)),
    search: (text) => findEntry(entries, text),
  },
]
