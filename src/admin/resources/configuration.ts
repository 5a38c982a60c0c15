import type { Change } from '../../config/source/change.js';
import type { CheckedText, ConfigurationReply } from '../../contract/admin-configuration.js';
import { ChainError } from '../../plugin/door/errors.js';
import type { AdminParts } from '../parts.js';
import { problemView } from './changes.js';
import { maskText, unmaskText } from './masked-text.js';

/** The file as it is on disk: variables not replaced, literal keys masked. */
export const configurationOf = ({ store }: AdminParts): ConfigurationReply => {
  const { file } = store.current;
  return {
    revision: store.revision,
    text: maskText(store.text),
    ...(file === undefined ? {} : { file }),
    writable: store.writable,
    problems: store.problems.map(problemView),
  };
};

/** The change that replaces the whole text of the file. @throws ChainError `invalid_request` */
export const textChange = ({ store }: AdminParts, text: unknown): Change => ({ text: wholeText(store.text, text) });

/** Every problem that prevents the use of this text. */
export const checkText = async ({ store }: AdminParts, text: unknown): Promise<CheckedText> => {
  const problems = await store.check(wholeText(store.text, text));
  return { problems: problems.map(problemView) };
};

const wholeText = (current: string, text: unknown): string => {
  if (typeof text === 'string') return unmaskText(text, current);
  throw new ChainError('invalid_request', '"text" is missing: the whole configuration.', { param: 'text' });
};
