import { type Fields, isAbsent, textAt } from '../fields.js';
import { readContent } from './read-content.js';

/** A call of a tool that clients have and that is no function, as a call of a function. */
export interface ClientCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  /** What `clientResultsIn` calls its result. */
  readonly result: string;
}

interface ClientResult {
  readonly id: string;
  readonly content: string | readonly Fields[];
}

/** Kind of tool → the field of its calls that says what to do. */
const ASKED: Readonly<Record<string, string>> = {
  local_shell: 'action',
  shell: 'action',
  apply_patch: 'operation',
  computer: 'action',
};

/** The end of the type of a result. */
const RESULT = '_call_output';

const kindOf = (type: string, end: string): string | undefined => {
  const kind = type.endsWith(end) ? type.slice(0, -end.length) : '';
  return Object.hasOwn(ASKED, kind) ? kind : undefined;
};

/** The call that an item is; `undefined` for any other item. */
export const callOf = (item: Fields, type: string): ClientCall | undefined => {
  const kind = kindOf(type, '_call');
  if (kind === undefined) return undefined;
  // A computer may do several things at once.
  const asked = item[ASKED[kind] as string] ?? item.actions ?? {};
  const id = idOf(item);
  return { id, name: kind, arguments: JSON.stringify(asked), result: resultKey(kind, id) };
};

/** The results of such calls among the items of a request. */
export const clientResultsIn = (items: readonly Fields[]): ReadonlySet<string> => {
  const results = new Set<string>();
  for (const item of items) {
    const kind = typeof item.type === 'string' ? kindOf(item.type, RESULT) : undefined;
    if (kind !== undefined) results.add(resultKey(kind, idOf(item)));
  }
  return results;
};

const resultKey = (kind: string, id: string): string => `${kind} ${id}`;

/**
 * The result of such a call that an item is; `undefined` for any other item.
 * @throws ChainError `invalid_request`
 */
export const resultOf = (item: Fields, type: string, at: string): ClientResult | undefined => {
  if (kindOf(type, RESULT) === undefined) return undefined;
  const id = isAbsent(item.call_id) ? textAt(item.id, `${at}.call_id`) : textAt(item.call_id, `${at}.call_id`);
  return { id, content: outputOf(item, at) };
};

const idOf = ({ call_id, id }: Fields): string => [call_id, id].find((each) => typeof each === 'string') ?? '';

/** A shell reports what it wrote; a computer sends a picture of its screen. */
const outputOf = ({ output, status }: Fields, at: string): string | readonly Fields[] => {
  if (isAbsent(output)) return typeof status === 'string' ? status : '';
  if (typeof output === 'string') return output;
  const isScreen = typeof output === 'object' && (output as Fields).type === 'computer_screenshot';
  return isScreen ? readContent([output], `${at}.output`) : JSON.stringify(output);
};
