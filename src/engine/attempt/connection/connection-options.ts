/**
 * The options of connections to providers. An idle one is kept for as long as the provider's header `keep-alive` says, or
 * else for a minute: the next prompt of a person then needs no new TLS handshake. undici's own time limits are off: an
 * attempt has one timer for all of them.
 */
export const CONNECTION_OPTIONS = {
  headersTimeout: 0,
  bodyTimeout: 0,
  pipelining: 1,
  keepAliveTimeout: 60_000,
} as const;
