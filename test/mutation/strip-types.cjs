// Jest runs the TypeScript sources as they are: types are blanked out in place, so lines and columns stay true.
const { stripTypeScriptTypes } = require('node:module')

module.exports = { process: (code) => ({ code: stripTypeScriptTypes(code) }) }
