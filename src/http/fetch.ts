/** The part of `fetch` that is used. Redirects are never followed: `redirect` is `error` or `manual`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>
