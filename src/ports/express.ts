import type { JsonObject } from './json.ts'
import type { Service } from './service.ts'

/** Settings that an Express service has beside its task definition (API UpdateExpressGatewayService). */
export interface ExpressSettings {
  readonly healthCheckPath?: string | undefined
  readonly networkConfiguration?: {
    readonly subnets?: readonly string[] | undefined
    readonly securityGroups?: readonly string[] | undefined
  }
  readonly scalingTarget?: {
    readonly minTaskCount?: number | undefined
    readonly maxTaskCount?: number | undefined
    /** AVERAGE_CPU, AVERAGE_MEMORY or REQUEST_COUNT_PER_TARGET. */
    readonly autoScalingMetric?: string | undefined
    readonly autoScalingTargetValue?: number | undefined
  }
}

/** A revision of an Express service that runs (API ExpressGatewayServiceConfiguration). */
export interface ExpressConfiguration extends ExpressSettings {
  readonly serviceRevisionArn?: string
  readonly taskDefinitionArn?: string
  readonly primaryContainer?: { readonly image?: string | undefined }
  readonly ingressPaths?: readonly { readonly accessType?: string; readonly endpoint?: string }[]
  readonly createdAt?: Date
}

/** An Express service (API ECSExpressGatewayService). */
export interface ExpressService {
  readonly serviceArn?: string
  readonly infrastructureRoleArn?: string
  readonly status?: { readonly statusCode?: string; readonly statusReason?: string }
  /** ARN of the service deployment. */
  readonly currentDeployment?: string
  readonly activeConfigurations?: readonly ExpressConfiguration[]
  /** Only where they were asked for. */
  readonly tags?: readonly { readonly key?: string; readonly value?: string }[]
}

/** Request of UpdateExpressGatewayService; what is left out stays. */
export interface UpdateExpressRequest extends ExpressSettings {
  readonly serviceArn: string
  readonly taskDefinitionArn?: string
}

/** In the shape of CreateExpressGatewayService: with a task definition, or with a primary container, roles and a size. */
export interface CreateExpressRequest extends JsonObject {
  readonly cluster: string
  readonly serviceName: string
  readonly infrastructureRoleArn: string
}

/** Services in Express Mode of Amazon ECS. */
export interface ExpressServices {
  /** With its tags. */
  describeExpress(serviceArn: string): Promise<ExpressService | undefined>
  /** Read back: the task definition of the service, and the settings. Returns the service after the update. */
  updateExpress(cluster: string, request: UpdateExpressRequest): Promise<Service>
  /** Read back. Undefined when there is an active service of that name already, which another caller created. */
  createExpress(request: CreateExpressRequest): Promise<Service | undefined>
}
