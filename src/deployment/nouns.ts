/** What a kind of target is called in sentences, and what is deployed to it. */
export interface Nouns {
  /** One of them: `service`. */
  readonly target: string
  /** Several of them: `services`. */
  readonly targets: string
  /** What replaces what is live: `revision`. */
  readonly version: string
  /** What is done to make one, after its name: `registered`. */
  readonly made: string
  /** What goes on at AWS where it is not called a deployment, and what follows where no run watches it any more, a sentence. */
  readonly work?: { readonly name: string; readonly goesOn: string } | undefined
}

const general = { target: 'target', targets: 'targets', version: 'version', made: 'created' } satisfies Nouns

/** The nouns for several targets: each that all of them share, and a general one in place of the others. */
export function commonNouns(all: readonly Nouns[]): Nouns {
  const common = (key: keyof typeof general) => {
    const [only = general[key], ...others] = new Set(all.map((nouns) => nouns[key]))
    return others.length === 0 ? only : general[key]
  }
  return { target: common('target'), targets: common('targets'), version: common('version'), made: common('made') }
}
