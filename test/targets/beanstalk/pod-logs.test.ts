/** What a cause is found by in the log of a deployment to a cluster. Texts of events: kubelet, kube-scheduler and containerd. */
import { describe, expect, test } from '@jest/globals'
import { explainPods, podSections } from '../../../src/targets/beanstalk/finish/explain-pods.ts'
import { readClusterLog } from '../../../src/targets/beanstalk/finish/pod-logs.ts'
import { renderText, type Text } from '../../../src/text.ts'
import { type ZipFile, zipOf } from '../../simulator/elasticbeanstalk/zip.ts'

const image = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:00ff'
const said = (text: Text = []) => renderText(text, (theirs) => theirs)
const pod = (name: string, events: readonly string[], log: readonly string[] = []): ZipFile => ({
  name: `1-environment/${name}.txt`,
  content: ['=====EVENTS=====', ...events, '=====LOGS=====', ...log].join('\n'),
})
const shared = (...lines: readonly string[]): ZipFile => ({
  name: '1-environment/_k8Events.txt',
  content: lines.join('\n'),
})

function causeIn(...files: readonly ZipFile[]) {
  const cause = explainPods(readClusterLog(zipOf(files)), image)
  return cause && { code: cause.code, said: said([...(cause.error ?? []), ': ', ...cause.why]) }
}

const pulling = `Normal Pulling Pulling image "${image}"`
const failedPull = `Warning Failed Failed to pull image "${image}": rpc error: code`
const back = 'Warning BackOff Back-off restarting failed container app in pod shop-7c_eb-shop(0aa1)'

describe('the cause of a deployment to a cluster', () => {
  test.each<[string, readonly string[], readonly string[], string, RegExp]>([
    [
      'an image that is not in its registry',
      [
        `${failedPull} = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
        'Warning Failed Error: ErrImagePull',
        `Normal BackOff Back-off pulling image "${image}"`,
        'Warning Failed Error: ImagePullBackOff',
      ],
      [],
      'pod-image-missing',
      /Failed to pull image 1111.*shop@sha256:00ff: the image does not exist/,
    ],
    [
      'an image that the node role does not get',
      [
        `${failedPull} = Unknown desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to https://x/v2/shop/manifests/sha256:00ff: 403 Forbidden`,
        'Warning Failed Error: ErrImagePull',
      ],
      [],
      'pod-image-denied',
      /the registry denied the pull/,
    ],
    [
      'a registry without a route',
      [
        `${failedPull} = DeadlineExceeded desc = failed to pull and unpack image "${image}": failed to do request: Head "https://x/v2/": dial tcp 10.0.0.9:443: i/o timeout`,
      ],
      [],
      'pod-image-unreachable',
      /cannot reach the registry \(i\/o timeout\)/,
    ],
    [
      'an image of another architecture',
      [
        `${failedPull} = NotFound desc = failed to pull and unpack image "${image}": no match for platform in manifest: not found`,
      ],
      [],
      'pod-platform',
      /another CPU architecture/,
    ],
    [
      'a program that exits: its last error, not what a process manager adds',
      [back],
      ['starting', "Error: Cannot find module 'express'", '    at Module._load', 'npm notice bye'],
      'pod-restarts',
      /failed container app: .*`Error: Cannot find module 'express'`/,
    ],
    [
      'a program that does not answer its liveness probe',
      [
        'Warning Unhealthy Liveness probe failed: Get "http://10.0.1.2:8080/": context deadline exceeded',
        'Normal Killing Container app failed liveness probe, will be restarted',
        back,
      ],
      ['listening'],
      'pod-probe-killed',
      /Liveness probe failed: Get .*deadline exceeded/,
    ],
    [
      'a program that is not ready',
      ['Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 500'],
      ['listening'],
      'pod-probe',
      /Readiness probe failed: HTTP probe failed with statuscode: 500/,
    ],
    [
      'a command that the image has not',
      [
        'Warning Failed Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "serve": executable file not found in $PATH: unknown',
        back,
      ],
      [],
      'pod-command',
      /exec: serve: .*executable file not found/,
    ],
    [
      'a secret that is missing',
      ['Warning Failed Error: secret "shop-db" not found'],
      [],
      'pod-configuration',
      /secret "shop-db" not found/,
    ],
    [
      'a subnet without addresses',
      [
        'Warning FailedCreatePodSandBox Failed to create pod sandbox: plugin type="aws-cni" failed (add): failed to assign an IP address to container',
      ],
      [],
      'pod-network',
      /no free IP address/,
    ],
    [
      'no room, which a node that is being added ends elsewhere',
      ['Warning FailedScheduling 0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available'],
      [],
      'pod-unschedulable',
      /0\/3 nodes are available: 3 Insufficient cpu/,
    ],
    [
      'no room at first is none where the pod then fails',
      ['Warning FailedScheduling 0/3 nodes are available: 3 Insufficient cpu.', back],
      ['panic: no database'],
      'pod-restarts',
      /`panic: no database`/,
    ],
  ])('%s', (_, events, log, code, says) => {
    expect(causeIn(shared(), pod('shop-7c', [pulling, ...events], log))).toEqual({
      code,
      said: expect.stringMatching(says),
    })
  })

  test('what the version before had is none', () => {
    const old = pod('shop-5d', ['Normal Pulling Pulling image "shop:v1"', back], ['Error: of v1'])
    const fresh = pod('shop-7c', [
      pulling,
      'Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 500',
    ])
    expect(causeIn(old, fresh)?.code).toBe('pod-probe')
    // Without an event that names the image, nobody knows which pods are of the new version.
    expect(causeIn(old)?.code).toBe('pod-restarts')
  })

  test('an event of no pod is read', () => {
    expect(
      causeIn(shared('Warning FailedCreate Error creating: pods "shop-7c" is forbidden: exceeded quota: pods')),
    ).toEqual({
      code: 'pod-refused',
      said: expect.stringMatching(/exceeded quota: pods/),
    })
    expect(causeIn(shared(), pod('shop-7c', [pulling], ['listening']))).toBeUndefined()
  })
})

describe('what is shown of it', () => {
  const linesIn = (...files: readonly ZipFile[]) =>
    podSections(readClusterLog(zipOf(files)), image).map(({ title, lines }) => [said(title), lines.map(said)])

  test('credentials are not, also where they span lines, and the end of a long log is', () => {
    const key = [
      '-----BEGIN RSA PRIVATE KEY-----',
      ...Array(60).fill('MIIEpAIBAAKCAQEA7v'),
      '-----END RSA PRIVATE KEY-----',
    ]
    const log = [...Array(9_000).fill('a line of the program'), 'password=hunter2-of-shop', ...key, 'last']
    const [[, lines] = []] = linesIn(pod('shop-7c', [pulling, back], log))
    expect(lines?.length).toBeLessThanOrEqual(50)
    expect(lines?.at(-1)).toBe('last')
    expect(String(lines)).not.toMatch(/hunter2|MIIEp/)
  })

  test('a ZIP bomb is named, and what is beside it is read', () => {
    const bomb = { name: '1-environment/shop-aa.txt', content: Buffer.alloc(17 * 1024 * 1024) }
    const liar = { ...bomb, name: '1-environment/shop-bb.txt', size: 1_000 }
    const titles = linesIn(bomb, liar, pod('shop-7c', [pulling, back], ['Error: x']))
    expect(titles.at(-1)).toEqual([
      'Files of the deployment log that could not be read',
      ['1-environment/shop-aa.txt', '1-environment/shop-bb.txt'],
    ])
    expect(titles[0]).toEqual(['Last log lines of pod shop-7c', ['Error: x']])
  })

  test('all files together are bounded', () => {
    const content = `=====EVENTS=====\n=====LOGS=====\n${'x'.repeat(15 * 1024 * 1024)}`
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name: `1-environment/${name}.txt`, content }))
    expect(readClusterLog(zipOf(many)).unread).toEqual(['1-environment/e.txt'])
  })
})
