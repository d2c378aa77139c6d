/** A JSON object exactly as somebody wrote it; members that Slipway does not know stay in. */
export type JsonObject = { readonly [member: string]: Json }
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
