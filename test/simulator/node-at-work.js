const outside = /^(FSReq|CloseReq|GetAddrInfo|DNS)|(Connect|Write|Shutdown)Wrap$/

/**
 * Whether Node itself is at work on something of which the program hears when it is done: code or files that are read,
 * names, connections, bytes that are written, and other programs where these count. That takes real time and no simulated
 * one.
 */
export const isNodeAtWork = (doProgramsCount) =>
  process.getActiveResourcesInfo().some((name) => outside.test(name) || (doProgramsCount && name === 'ProcessWrap'))
