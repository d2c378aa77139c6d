/** What a visitor gets. */
export interface ServedPage {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

/** Reads public pages, without credentials and without following redirects. */
export interface PageReader {
  /** `unreachable`: why there was no response. */
  read(url: string, headers?: Readonly<Record<string, string>>): Promise<ServedPage | { readonly unreachable: string }>
}
