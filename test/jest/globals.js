// What test files and their helpers import from `@jest/globals`: bindings that runtime.js sets again for each test file.
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test

export function set(globals) {
  ;({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } = globals)
}
