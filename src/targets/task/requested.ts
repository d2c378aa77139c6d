import type { Nouns } from '../../deployment/nouns.ts'
import type { JsonObject, Service } from '../../ports.ts'
import type { OneOffTask, ServiceRequest, WantedDefinition } from '../ecs/request/service-request.ts'
import type { TasksEnd } from '../ecs/tasks/run-task.ts'

/** A one-off task of a definition, beside any service. */
export interface TaskRequest {
  /** Name or ARN. */
  readonly cluster: string
  readonly region: string
  /** What network, capacity and platform are inherited from; undefined: from nothing. */
  readonly service?: string | undefined
  /** Finds and renders the definition that is wanted. */
  readonly wanted: ServiceRequest['wanted']
  /** Of that definition; undefined: the definition is registered, and no task of it runs. */
  readonly task: ((definition: JsonObject) => OneOffTask) | undefined
  /** Outputs of the step that say how the tasks ended. */
  outputsOf?(end: TasksEnd): Readonly<Record<string, string>>
}

/** What a task is called in sentences. */
export const taskNouns: Nouns = {
  target: 'task',
  targets: 'tasks',
  version: 'revision',
  made: 'registered',
  work: {
    name: 'task',
    goesOn:
      'The task continues without this run: check how it ends before you run the job again, which starts it anew.',
  },
}

/** A request that is prepared. */
export interface PreparedTask {
  readonly request: TaskRequest
  readonly service: Service | undefined
  readonly wanted: WantedDefinition
  readonly task: OneOffTask | undefined
}
