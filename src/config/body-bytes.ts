/** The default of `server.maxBodyBytes`: 32 MiB. */
export const DEFAULT_BODY_BYTES = 32 * 1024 * 1024;
