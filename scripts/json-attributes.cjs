// The workflow parser imports JSON as bundlers take it; Jest, like Node, wants to be told that it is JSON.
module.exports = {
  process: (code) => ({ code: code.replace(/(import \w+ from "[^"]+\.json")/g, '$1 with { type: "json" }') }),
}
