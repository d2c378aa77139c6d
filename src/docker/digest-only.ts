import { Failure } from '../failure.ts'
import type { BuildDestination } from '../ports.ts'
import { text } from '../text.ts'
import type { Engine } from './engine.ts'

/**
 * An image without any tag comes only from a BuildKit of its own: the exporter of Docker's containerd image store refuses
 * `push-by-digest`, and `docker push` pushes tags. Throws `docker-unavailable` before the build.
 */
export function requireDigestOnly({ kind }: Engine, { digestOnly }: BuildDestination): void {
  if (digestOnly !== true || kind === 'buildx') return
  const engines = {
    'buildx-tag': "Docker's containerd image store (driver docker)",
    'buildx-load': "Docker's classic image store (driver docker)",
    classic: 'Docker without Buildx',
  }
  throw new Failure({
    code: 'docker-unavailable',
    what: text`${engines[kind]} pushes tags only, and push-by-digest requires a builder that pushes without a tag`,
    fix: text`Run docker/setup-buildx-action before this step: its builder (driver docker-container) pushes by digest.`,
  })
}
