import { definePlugin, type ErrorFacts, type Failure, readErrorBody, readFailure, type Verdict } from '429chain/plugin';
import { conversationRepairsIn } from './conversation-repairs.js';
import { lacksIn } from './lacks.js';
import { repairsIn } from './repairs.js';
import { RULES } from './rules/index.js';

/** Classes of failures under which servers refuse a conversation: a template that fails is often an error of the server. */
const CONVERSATIONAL: ReadonlySet<string | undefined> = new Set(['bad_request', 'server_error', 'not_found']);

/** What a failure says about the parts of the request; `undefined` if nothing. */
const aboutRequest = (verdict: Verdict, { status = 0 }: Failure, facts: ErrorFacts): Verdict | undefined => {
  if (status < 400 || !CONVERSATIONAL.has(verdict.class)) return undefined;
  const repairs = verdict.class === 'bad_request' ? repairsIn(facts) : conversationRepairsIn(facts.message);
  const lacks = lacksIn(facts.message);
  if (repairs.length === 0 && lacks.length === 0) return undefined;
  return {
    ...(verdict.class === 'bad_request' ? verdict : { class: 'bad_request', signals: verdict.signals }),
    ...(repairs.length === 0 ? {} : { repairs }),
    ...(lacks.length === 0 ? {} : { lacks }),
  };
};

/** Reads the failures that neither a plugin nor the provider's type reads. */
export default definePlugin({
  name: 'openai-compatible',
  description:
    'Understands the errors of OpenAI-compatible servers, and repairs requests that a model refuses for its form.',
  apply(api) {
    api.hooks.onError.tap({ name: 'openai-compatible', stage: 100 }, (failure) => {
      const verdict = readFailure(failure, RULES);
      if (verdict === undefined || verdict.repairs !== undefined) return verdict;
      const facts = readErrorBody(failure.body ?? failure.message);
      return aboutRequest(verdict, failure, facts) ?? verdict;
    });
  },
});
