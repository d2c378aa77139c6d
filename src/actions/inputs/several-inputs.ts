import { type InputReader, oneOf, words } from '../../runner/inputs.ts'

/** A wave per line; the services of a line are separated by spaces or commas. Empty lines are left out. */
const waves: InputReader<readonly (readonly string[])[]> = (given) =>
  given
    .split(/\r?\n/)
    .map(words)
    .filter((names) => names.length > 0)

/** Inputs for services that are deployed together. */
export const severalInputs = {
  services: waves,
  'on-wave-failure': oneOf(['roll-back', 'leave'], 'roll-back'),
}
