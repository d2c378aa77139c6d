import type { Json } from '../ports.ts'
import { type Text, text, untrusted } from '../text.ts'
import type { SourceNode } from './tree.ts'

/** Something that is wrong at an offset of a text. */
export interface Fault {
  readonly message: Text
  readonly offset: number
  /** Position of the first occurrence of a duplicate. */
  readonly earlier?: number | undefined
}

/** What a text holds, or what is wrong in it. */
export type Reading =
  /** `tree` is created for the first position requested. */
  { readonly value: Json; tree(): SourceNode } | { readonly faults: readonly Fault[] }

/** Deeper nesting than any definition or configuration has. */
export const deepest = 64

const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

/** Why a key is refused; undefined for any other. */
export function keyProblem(key: string): Text | undefined {
  return forbidden.has(key) ? text`the key ${untrusted(key)} is not allowed` : undefined
}

/** The fault of a key that an object has already. */
export function givenTwice(key: string, offset: number, earlier: number): Fault {
  return { message: text`the key "${untrusted(key)}" is given twice`, offset, earlier }
}

/** True for a number that is the same again once it is written. */
export function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
}
