/** Name of the inline policy of each role. */
export const policyName = 'slipway'
