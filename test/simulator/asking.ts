import type { App } from '../../src/app.js';
import { sizeOf } from '../../src/engine/attempt/request/request-size.js';
import { Caller } from '../../src/engine/caller.js';
import type { Plan } from './arrivals.js';

/** Sends one request down its chain and reads the whole answer, as `http/post-request.ts` does for a socket. Throws as it does. */
export const ask = async ({ runtime }: App, plan: Plan): Promise<void> => {
  const body = bodyOf(plan);
  const served = await runtime.waterfall.run({
    id: `request-${plan.index}`,
    chain: runtime.chains.resolve(plan.chain),
    path: '/chat/completions',
    body,
    stream: plan.stream,
    size: sizeOf(body),
    caller: new Caller(),
    keyLabel: 'key 1',
  });
  const { reply, end, target } = served;
  if (reply.kind === 'rejection') {
    end(reply.status);
    throw new Error(`${target.id} rejects it with ${reply.status}: ${reply.error.message}`);
  }
  if (reply.kind === 'whole') return end(200, target, reply.usage);
  const { failure, usage } = await reply.pipe({ write: () => true, onDrain: () => {} });
  end(failure === undefined ? 200 : 502, target, usage);
  if (failure !== undefined) throw new Error(`${target.id} broke off: ${failure.message}`);
};

/** About as many letters per token as usual text. */
const WORD = 'abc ';

/** Providers recognise a request by its first word, the number of its plan; padding gives it the length of its tokens. */
const bodyOf = ({ index, chain, stream, prompt, bound, bytesPerToken }: Plan): Readonly<Record<string, unknown>> => ({
  model: chain,
  messages: [{ role: 'user', content: `${index} `.padEnd(Math.round(prompt * bytesPerToken), WORD) }],
  ...(stream ? { stream } : {}),
  ...(bound === undefined ? {} : { max_tokens: bound }),
});
