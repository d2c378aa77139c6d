import type { Evidence } from '../facts/deployment-evidence.ts'

/** `region eu-west-1, account 111122223333`, where something was not found; undefined where that is not known. */
export function placeWords({ place }: Pick<Evidence, 'place'>): string | undefined {
  return place && `region ${place.region}, account ${place.accountId}`
}
