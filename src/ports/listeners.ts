import type { JsonObject } from './json.ts'

/** Where a listener sends traffic: by a rule, or behind a Network Load Balancer by itself. */
export interface TrafficRoute {
  /** Of the rule (Application Load Balancer) or of the listener (Network Load Balancer). */
  readonly arn: string
  readonly listenerArn: string
  /** The default action of the listener. */
  readonly isDefault: boolean
  /** All actions, in the shape of Elastic Load Balancing (API Action). */
  readonly actions: readonly JsonObject[]
  readonly targets: readonly { readonly targetGroupArn: string; readonly weight: number }[]
}

/** Listeners of Elastic Load Balancing. */
export interface Listeners {
  /** The rules of a listener; undefined when it does not exist. */
  routes(listenerArn: string): Promise<readonly TrafficRoute[] | undefined>
  /** ARNs of target groups by their names; those that do not exist are left out. */
  targetGroupArns(names: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Replaces the actions of a rule or of a listener; read back. */
  redirect(route: TrafficRoute, actions: readonly JsonObject[]): Promise<void>
}
