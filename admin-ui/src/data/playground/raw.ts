import { ApiError } from '../server/client.js';
import type { Run } from './conversation.js';

/** A longer text within a request, such as an image, is shortened where it is shown. */
const LONGEST_VALUE = 2_000;
/** Longer answers are not shown whole. */
const LONGEST_ANSWER = 100_000;

/** A request as it was sent, legibly. */
export const rawRequest = ({ body, file }: Pick<Run, 'body' | 'file'>): string => {
  const shown = JSON.stringify(
    body,
    (_, value: unknown) =>
      typeof value === 'string' && value.length > LONGEST_VALUE && value.startsWith('data:')
        ? `${value.slice(0, 60)}… (${value.length} characters)`
        : value,
    2,
  );
  return file === undefined ? shown : `${shown}\n\nfile: ${file.name} (${file.type}, ${file.size} bytes)`;
};

/** An answer as it came; JSON in one line is indented. */
export const rawAnswer = ({ answer, problem }: Pick<Run, 'answer' | 'problem'>): string => {
  const text = answer.raw !== '' ? answer.raw : problem instanceof ApiError ? problem.text : '';
  const status = problem instanceof ApiError && problem.status > 0 ? `Status ${problem.status}\n\n` : '';
  const legible = indented(text);
  const shown = legible.length > LONGEST_ANSWER ? `${legible.slice(0, LONGEST_ANSWER)}\n… (cut here)` : legible;
  return shown === '' ? `${status}(nothing)` : status + shown;
};

const indented = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
};
