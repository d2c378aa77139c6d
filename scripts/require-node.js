// Loaded first (node --import) by scripts that run TypeScript: an old Node gets one line instead of a stack trace.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18) || (major === 23 && minor < 6)) {
  console.error(
    `This needs Node 24 and runs on ${process.version}. On Linux (x64) "npm ci" brings Node 24 for npm scripts; elsewhere install it: https://nodejs.org`,
  )
  process.exit(1)
}
