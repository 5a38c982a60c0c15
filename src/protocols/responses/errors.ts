import type { Refusal } from '../../plugin/door/protocol.js';
import type { Fields } from '../fields.js';

/** Our codes that OpenAI has too, or has another word for. */
const CODES: Readonly<Record<string, string>> = {
  context_length_exceeded: 'context_length_exceeded',
  content_filter: 'invalid_prompt',
  content_policy_violation: 'invalid_prompt',
};

/** The `error` of a response that failed, with a code that clients know. Codex waits as long as its message says. */
export const responseError = ({ status, headers, error: { code, message } }: Refusal): Fields => {
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  if (known !== undefined) return { code: known, message };
  if (status === 429) return { code: 'rate_limit_exceeded', message: withWait(message, headers['retry-after']) };
  return { code: status < 500 ? 'invalid_prompt' : 'server_error', message };
};

const withWait = (message: string, seconds: string | undefined): string =>
  seconds === undefined || !/^\d+$/.test(seconds) ? message : `${message} Please try again in ${seconds}s.`;

/** The `error` of an `error` event: our own code, with the details that the same error has elsewhere. */
export const eventError = ({ error }: Refusal): Fields => ({ param: null, ...error });
