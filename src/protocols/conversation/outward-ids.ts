import { shortHash } from '../../plugin/short-hash.js';

const HASHED = 24;

/** Ids that every client takes. Messages requires its own prefix. */
const KEPT = { call_: /^[A-Za-z0-9_-]{1,40}$/, toolu_: /^toolu_[A-Za-z0-9_-]{1,34}$/ } as const;

/**
 * Returns a function that turns the id of a tool call, as the provider gave it, into the id that the caller gets. Call it
 * once per call, in order. Two calls never get the same id. An id that every client takes stays; any other becomes
 * `prefix` and 24 letters of its hash, because replaced characters would make `a.b` and `a_b` one.
 * @param prefix `toolu_` for Messages, where every id begins with it
 * @param answer a text that differs for each answer, such as its id. Some providers repeat their ids in every answer.
 */
export const outwardIds = (prefix: keyof typeof KEPT, answer: string): ((id: string | undefined) => string) => {
  const used = new Set<string>();
  let place = 0;
  return (id = '') => {
    const at = place++;
    let outward = KEPT[prefix].test(id) ? id : `${prefix}${shortHash(JSON.stringify([answer, at, id]), HASHED)}`;
    for (let trial = 0; used.has(outward); trial++) {
      outward = `${prefix}${shortHash(JSON.stringify([answer, at, id, trial]), HASHED)}`;
    }
    used.add(outward);
    return outward;
  };
};
