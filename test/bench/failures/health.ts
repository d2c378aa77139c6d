/** The containers run, and somebody finds them unhealthy. */
import { codeDeployGuide, ecsGuide, type FailureScenario } from './scenario.ts'

export const health: readonly FailureScenario[] = [
  {
    name: 'the health check times out; the task does not heed SIGTERM and is killed (137)',
    source: ecsGuide('troubleshoot-service-load-balancers'),
    engine: 'rolling',
    tasks: { kind: 'unhealthy', reason: 'Target.Timeout', log: ['Connecting to the database'] },
    decisive: /unhealthy Target\.Timeout/,
    cause: [/health check/i, /timed? ?out|in time|answer|respon/i],
    never: [/memory|137|killed/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the health check gets 404',
    source: 'https://repost.aws/knowledge-center/elb-fix-failing-health-checks-alb',
    engine: 'canary',
    tasks: { kind: 'unhealthy', reason: 'Target.ResponseCodeMismatch', responseCode: 404 },
    decisive: /unhealthy Target\.ResponseCodeMismatch/,
    cause: [/health check/i, '404', 'container "api"', 'port 8080', 'path /health', 'target group api-'],
    verdict: 'rolled-back',
  },
  {
    name: 'the health check gets 502',
    source: codeDeployGuide('troubleshooting-ecs'),
    engine: 'CodeDeploy',
    service: { deploymentConfig: 'CodeDeployDefault.ECSCanary10Percent15Minutes' },
    tasks: { kind: 'unhealthy', reason: 'Target.ResponseCodeMismatch', responseCode: 502 },
    decisive: /unhealthy Target\.ResponseCodeMismatch/,
    cause: [/health check/i, '502', 'container "api"', 'target group api-'],
    verdict: 'rolled-back',
  },
  {
    name: 'nothing listens on the port of the health check',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html',
    engine: 'rolling',
    tasks: { kind: 'unhealthy', reason: 'Target.FailedHealthChecks', log: ['Server listening on port 3000'] },
    decisive: /unhealthy Target\.FailedHealthChecks/,
    cause: [/health check/i, /port|connect|listen|reach|answer/i],
    verdict: 'rolled-back',
  },
  {
    name: "the container's own health check fails",
    source: ecsGuide('healthcheck'),
    engine: 'rolling',
    service: { loadBalanced: false },
    definition: (definition) => ({
      ...definition,
      containerDefinitions: definition.containerDefinitions?.map((container) => ({
        ...container,
        healthCheck: { command: ['CMD-SHELL', 'curl -f http://localhost:8080/health || exit 1'] },
      })),
    }),
    tasks: { kind: 'unhealthy', reason: 'Target.FailedHealthChecks', log: ['/bin/sh: curl: not found'] },
    decisive: /failed container health checks/,
    cause: ['api', /health check/i],
    never: [/load balancer|target/i],
    verdict: 'rolled-back',
  },
]
