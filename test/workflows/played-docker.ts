/** A `docker` that is played, for workflows that build with Buildx. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../temporary-folder.ts'

/** A builder of its own, which has pushed `<platform>.digest`, and keeps what it was called with. */
export function docker(): string {
  const folder = temporaryFolder()
  writeFileSync(
    join(folder, 'docker'),
    `#!/bin/sh
here=\${0%/*}
case "$1 $2" in
  "version "*) echo 28.5.2; exit 0 ;;
  "buildx version") echo "github.com/docker/buildx v0.29.1 4c4d2f2"; exit 0 ;;
  "buildx inspect") printf 'Name: b\\nDriver: docker-container\\n'; exit 0 ;;
esac
for word in "$@"; do
  case $word in
    --metadata-file=*) file=\${word#--metadata-file=} ;;
    --platform=*) platform=\${word#--platform=linux/} ;;
    --output=*/edge,*) image=edge- ;;
  esac
done
printf '%s\\n' "$@" "secret=$SLIPWAY_BUILD_SECRET_0" > "$here/$image$platform.calls"
printf '{"containerimage.digest":"%s"}' "$(cat "$here/$image$platform.digest")" > "$file"
`,
  )
  chmodSync(join(folder, 'docker'), 0o755)
  return folder
}
