import { createHash } from 'node:crypto';

/** A library of Redis Functions. */
export interface Library {
  /** What FUNCTION LOAD receives. */
  readonly code: string;
  /** Stands in front of the name of each function. */
  readonly prefix: string;
}

/** Names the library of this text after its digest: processes with another text use another library. */
export const libraryOf = (text: string): Library => {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { code: text.replaceAll('DIGEST', digest), prefix: `units_${digest}_` };
};
