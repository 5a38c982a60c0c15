import type { Path } from '../path.js';

/** A problem at a path of the configuration. `toProblems` adds its position in the file. */
export interface Finding {
  readonly path: Path;
  /** Whether the key is wrong or its value. */
  readonly at: 'key' | 'value';
  readonly message: string;
}
