/** A JSON object exactly as written; members that Slipway does not know stay in. */
export type JsonObject = { readonly [member: string]: Json }
/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
