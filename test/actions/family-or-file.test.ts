/** `task-definition: api` means the family where the repository has a folder `api`, and the file where it has such a file. */
import { expect, test } from '@jest/globals'
import { newImage, rollingScene } from '../deployment/scene.ts'
import { seededTaskDefinition } from '../simulator/seeding.ts'
import { step } from './step-scene.ts'

const given = { 'task-definition': 'api', 'container-name': 'api', image: newImage }
const byAction = { deploy: { cluster: 'shop', service: 'api' }, 'register-task-definition': {} }

for (const [name, inputs] of Object.entries(byAction)) {
  test(`${name}: a folder is no task definition, so that it is the family`, async () => {
    const sim = rollingScene()
    const files = { 'api/main.js': '', 'api/task.json': {} }
    const { message, outputs } = await step(sim, name, { ...inputs, ...given }, { files })
    expect(message).toBe('')
    expect(outputs['task-definition-arn']).toMatch(/api:2$/)
  })

  test(`${name}: a file without an extension is read`, async () => {
    const sim = rollingScene()
    const definition = { ...seededTaskDefinition(sim.world), family: 'of-the-file' }
    const { message, outputs } = await step(sim, name, { ...inputs, ...given }, { files: { api: definition } })
    expect(message).toBe('')
    expect(outputs['task-definition-arn']).toMatch(/of-the-file:1$/)
  })
}

test('a family that does not exist is told as one', async () => {
  const { message } = await step(rollingScene(), 'register-task-definition', { ...given, 'task-definition': 'web' })
  expect(message).toContain('There is no task definition web')
})
