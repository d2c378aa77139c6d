/** What a file is that was given for another. */
export interface Kind {
  /** With its article, where it has one: `a CloudFormation template`. */
  readonly name: string
  /** What to do about it; a sentence. */
  readonly fix: string
  /** Where in the text it shows; undefined where it is the whole. */
  readonly offset?: number
}
