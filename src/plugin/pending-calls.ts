/** A call of an earlier answer. */
export interface EarlierCall {
  readonly id: unknown;
}

/**
 * Returns the call that a result belongs to: the nearest one before it with its id. Calls of one turn may share an id: then
 * the first that is open. A result without an id belongs to the first open call of the last turn.
 * @param turns the calls of each earlier message, from the last message to the first
 * @param isOpen whether a call has no result yet
 */
export const callFor = <C extends EarlierCall>(
  id: unknown,
  turns: readonly (readonly C[])[],
  isOpen: (call: C) => boolean,
): C | undefined => {
  if (id === undefined || id === null) return turns[0]?.find(isOpen);
  for (const turn of turns) {
    const named = turn.filter((call) => call.id === id);
    if (named.length > 0) return named.find(isOpen) ?? named.at(-1);
  }
  return undefined;
};
