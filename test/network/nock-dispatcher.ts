import { Agent, type Dispatcher } from 'undici';
import { HandlerCalls } from './undici-handler.js';

/**
 * A dispatcher whose requests go through the global `fetch`, which nock intercepts: it does not see undici's own. A
 * request that no test expects fails instead of leaving the machine.
 */
export const createNockDispatcher = (): Dispatcher =>
  new Agent().compose(() => (options, handler) => {
    const controller = new AbortController();
    const control = { abort: (reason: Error) => controller.abort(reason), pause: () => {}, resume: () => {} };
    void relay(options, new HandlerCalls(handler, control), controller.signal);
    return true;
  });

const relay = async (
  { origin, path, method, headers, body }: Dispatcher.DispatchOptions,
  calls: HandlerCalls,
  signal: AbortSignal,
): Promise<void> => {
  try {
    calls.start();
    const init = { method, headers: headers as Record<string, string>, body: body as string | null, signal };
    const response = await fetch(new URL(path, origin), init);
    calls.head(response.status, Object.fromEntries(response.headers));
    calls.data(Buffer.from(await response.arrayBuffer()));
    calls.end();
  } catch (error) {
    calls.fail(error as Error);
  }
};
