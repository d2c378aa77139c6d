#!/usr/bin/env node
const [major] = process.versions.node.split('.').map(Number)

if (major < 24) {
  console.error(
    `slipway needs Node.js 24 and runs on ${process.version}. Install it (https://nodejs.org), or run: npx --package node@24 --package github:your-org/slipway slipway …`,
  )
  process.exit(2)
}
const { commandLine } = await import('./index.js')
await commandLine(import.meta.url, async () => (await import('./simulate.js')).simulator)
