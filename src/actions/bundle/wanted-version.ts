import { createHash } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Artifact } from '../../deployment/plan.ts'
import { Failure } from '../../failure.ts'
import type { Runner } from '../../runner/action.ts'
import { whyNoFolder } from '../../runner/folder.ts'
import type { Source } from '../../source.ts'
import type { VersionContent, WantedVersion } from '../../targets/beanstalk/request/beanstalk-request.ts'
import { setting, text, type Untrusted, untrusted } from '../../text.ts'
import type { DeployBeanstalkInputs } from '../inputs/deploy-beanstalk-inputs.ts'
import { workspaceOf } from '../world/source-commit.ts'
import { withImage } from './image-bundle.ts'
import { largestBundle, listFiles, tooLarge } from './list-files.ts'
import { doubtsAbout, namesIn, readPackage } from './read-package.ts'
import { zip } from './zip.ts'

interface Made {
  readonly content: VersionContent
  readonly warnings: readonly Untrusted[]
  readonly artifacts: readonly Artifact[]
}

/** The version that the inputs want, read and packed. Undefined: none, only settings. */
export async function wantedVersion(
  inputs: DeployBeanstalkInputs,
  source: Source | undefined,
  runner: Runner,
): Promise<WantedVersion | undefined> {
  const { versionLabel, versionDescription } = inputs
  const made = await contentOf(inputs, runner)
  if (made === undefined) {
    if (versionLabel === undefined) return undefined
    return { label: versionLabel, isLabelGiven: true, content: { kind: 'existing' }, artifacts: [], warnings: [] }
  }
  const label = versionLabel ?? defaultLabel(made.content, source)
  const title = source && `${source.revision.slice(0, 7)} ${source.title ?? ''}`.trim()
  const description = (versionDescription ?? title)?.slice(0, 200)
  return { ...made, label, isLabelGiven: versionLabel !== undefined, description }
}

/** Commit and content: the same commit may be built to other bytes. A label has at most 100 characters. */
function defaultLabel(content: VersionContent, source: Source | undefined): string {
  const hash =
    content.kind === 'bundle' ? content.sha256 : sha256(Buffer.from(content.kind === 'image' ? content.uri : ''))
  return [...(source ? [source.revision.slice(0, 12)] : []), hash.slice(0, 12)].join('-')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function contentOf(inputs: DeployBeanstalkInputs, runner: Runner): Promise<Made | undefined> {
  const { deploymentPackagePath: path, sourceDirectory, image, imageUri } = inputs
  if (imageUri !== undefined) {
    const artifacts = [{ kind: 'Image', name: inputs.environmentName, to: imageUri }]
    return { content: { kind: 'image', uri: imageUri }, artifacts, warnings: [] }
  }
  if (path !== undefined) return packaged(path, readPackage(path, inWorkspace(path, 'deployment-package-path', runner)))
  if (sourceDirectory === undefined && image === undefined) return undefined
  return await bundled(inputs, runner)
}

function packaged(path: string, bytes: Uint8Array): Made {
  const hash = sha256(bytes)
  return {
    content: { kind: 'bundle', bytes, sha256: hash },
    warnings: doubtsAbout(namesIn(bytes)).map(untrusted),
    artifacts: [{ kind: 'Source bundle', name: path, to: `sha256:${hash.slice(0, 12)}` }],
  }
}

async function bundled(inputs: DeployBeanstalkInputs, runner: Runner): Promise<Made> {
  const { sourceDirectory, image, bundleFormat: format, containerPort, composeService, excludePatterns } = inputs
  const listed =
    sourceDirectory === undefined
      ? { files: [], ignored: undefined }
      : listFiles(folderOf(sourceDirectory, runner), excludePatterns)
  const files =
    image === undefined ? listed.files : withImage(listed.files, { image, format, containerPort, composeService })
  if (files.length === 0) throw empty(sourceDirectory ?? '.')
  const bytes = await zip(files)
  if (bytes.length > largestBundle) throw tooLarge(bytes.length)
  const hash = sha256(bytes)
  const { ignored } = listed
  if (ignored)
    runner.log.info(
      text`Source bundle: ${files.length} files; ${untrusted(ignored.by)} excluded ${ignored.count} files and folders`,
    )
  const bundle = {
    kind: 'Source bundle',
    name: sourceDirectory ?? 'made for the image',
    to: `sha256:${hash.slice(0, 12)}`,
  }
  return {
    content: { kind: 'bundle', bytes, sha256: hash },
    warnings: [],
    artifacts: [...(image === undefined ? [] : [{ kind: 'Image', name: composeService ?? 'web', to: image }]), bundle],
  }
}

/** The absolute path, which must be in the workspace, or in the runner's temporary folder, also once its links are followed. */
function inWorkspace(path: string, input: string, runner: Runner): string {
  const workspace = workspaceOf(runner)
  const full = resolve(workspace, path)
  const root = [workspace, runner.environment.RUNNER_TEMP ?? workspace].find((folder) => isInside(folder, full))
  if (root !== undefined && !existsSync(full)) return full
  if (root !== undefined && isInside(realpathSync(root), realpathSync(full))) return realpathSync(full)
  throw new Failure({
    code: 'file-unreadable',
    what: text`The path ${untrusted(path)} of ${setting(input)} cannot be read`,
    why:
      root === undefined
        ? text`it is outside the workspace`
        : text`a symbolic link in its path leads outside the workspace`,
    fix: text`Give a path in the workspace.`,
  })
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path)
  return !inside.startsWith('..') && !isAbsolute(inside)
}

function folderOf(path: string, runner: Runner): string {
  const full = inWorkspace(path, 'source-directory', runner)
  const problem = whyNoFolder(full)
  if (problem === undefined) return full
  throw new Failure({
    code: 'file-unreadable',
    what: text`The path ${untrusted(path)} of ${setting('source-directory')} cannot be read`,
    why: text`${untrusted(problem)}`,
    fix: text`Correct the path, and check that a step before this one checks the code out. Nothing has been changed.`,
  })
}

function empty(path: string): Failure {
  return new Failure({
    code: 'bundle-invalid',
    what: text`The source bundle of ${untrusted(path)} is empty`,
    why: text`the directory has no files, or .ebignore and .gitignore exclude all of them`,
    fix: text`Correct ${setting('source-directory')} or .ebignore. Nothing has been changed.`,
  })
}
