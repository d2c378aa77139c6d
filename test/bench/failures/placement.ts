/** There is no room, no address or no network for a task, or AWS wants its capacity back. */
import { ecsGuide, type FailureScenario, github } from './scenario.ts'

export const placement: readonly FailureScenario[] = [
  {
    name: 'no instance has enough memory',
    source: ecsGuide('service-event-messages-list'),
    engine: 'rolling',
    tasks: {
      kind: 'no-capacity',
      reason:
        'no container instance met all of its requirements. The closest matching container-instance 40f53686-1332-4b7b-97b1-5b7de7586fd3 has insufficient memory available.',
    },
    decisive: /insufficient memory available/,
    cause: [/memory/i, /instance/i],
    verdict: 'rolled-back',
  },
  {
    name: 'Fargate has no capacity',
    source: github('sil-org/ecs-deploy/issues/277'),
    engine: 'CodeDeploy',
    tasks: {
      kind: 'no-capacity',
      reason: 'Capacity is unavailable at this time. Please try again later or in a different availability zone.',
    },
    decisive: /Capacity is unavailable/,
    cause: [/capacity/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the quota of Fargate vCPUs is used up',
    source: ecsGuide('service-event-messages-list'),
    engine: 'rolling',
    tasks: {
      kind: 'no-capacity',
      reason: "You've reached the limit on the number of vCPUs you can run concurrently",
    },
    decisive: /limit on the number of vCPUs/,
    cause: [/vCPU/i, /limit|quota/i],
    verdict: 'rolled-back',
  },
  {
    name: 'Spot takes the tasks away',
    source: ecsGuide('fargate-capacity-providers'),
    engine: 'rolling',
    tasks: {
      kind: 'taken-away',
      stopCode: 'SpotInterruption',
      stoppedReason: 'Your Spot Task was interrupted.',
      log: ['listening on 8080'],
    },
    decisive: /Spot Task was interrupted/,
    cause: [/spot/i, /interrupt|took|taken|reclaim|back/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the subnet has no free address',
    source: ecsGuide('failed-to-start-error'),
    engine: 'rolling',
    tasks: {
      kind: 'fails-to-start',
      stoppedReason:
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-0aaa1111': InsufficientFreeAddressesInSubnet",
    },
    decisive: /InsufficientFreeAddressesInSubnet/,
    cause: ['subnet-0aaa1111', /address/i],
    verdict: 'rolled-back',
  },
  {
    name: 'the network interface does not come in time',
    source: github('aws/amazon-ecs-agent/issues/4825'),
    engine: 'canary',
    tasks: {
      kind: 'fails-to-start',
      stoppedReason: 'Timeout waiting for network interface provisioning to complete.',
    },
    decisive: /network interface provisioning/,
    cause: [/network interface/i, /in time|timed? ?out|too long|provision/i],
    verdict: 'rolled-back',
  },
]
