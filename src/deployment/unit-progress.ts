/** How many of the units that a deployment needs are there. */
export interface Progress {
  /** `tasks`, `instances`, `objects`. */
  readonly unit: string
  /** What a unit is once it is done: `running`. */
  readonly doneWord: string
  readonly wanted: number
  readonly done: number
  readonly pending: number
  readonly failed: number
}
