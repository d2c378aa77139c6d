/** A search whose time must grow with the text, and no faster. */
export interface Subject {
  readonly name: string
  /** Hostile texts of about so many characters each. */
  readonly texts: (size: number) => readonly string[]
  readonly search: (text: string) => unknown
}

/** Texts of parts that are repeated. */
export const repeated =
  (parts: readonly string[]): Subject['texts'] =>
  (size) =>
    parts.map((part) => part.repeat(Math.ceil(size / part.length)))
