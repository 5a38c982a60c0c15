/** One setting of a client: where it stands in its file, and its value. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** How the file of a client is written. Both functions keep everything else in it, comments too. */
export interface SettingsFormat {
  /** Returns `text` with `settings`. An absent file is `''`. @throws Error for a text that cannot be changed */
  set(text: string, settings: readonly Setting[]): string;
  /** Returns `text` with each of `settings` as it is in `before`, or without it. */
  restore(text: string, before: string, settings: readonly Setting[]): string;
}
