/** How a client reaches the proxy. */
export interface Way {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  /** A key of the API. */
  readonly key: string;
  /** The chain that the client asks. */
  readonly chain: string;
}
