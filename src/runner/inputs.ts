
/**
 * Reads one input. Gets the trimmed text that GitHub passes, `''` when it was not given; returns the typed value or
 * throws an `Error` whose message says what is allowed, to follow the name of the input: `must be …`.
 */
export type InputReader<T> = (given: string) => T

export type InputSpec = Readonly<Record<string, InputReader<unknown>>>

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name

/** Typed values of a spec, under the inputs' names in camel case. */
export type Inputs<Spec extends InputSpec> = { readonly [Name in keyof Spec & string as Camel<Name>]: ReturnType<Spec[Name]> }

