import { Agent, type Dispatcher } from 'undici';

/**
 * A dispatcher whose requests go through the global `fetch`, which nock intercepts: it does not see undici's own. A
 * request that no test expects fails instead of leaving the machine.
 */
export const createNockDispatcher = (): Dispatcher =>
  new Agent().compose(() => (options, handler) => {
    const controller = new AbortController();
    const control = {
      aborted: false,
      paused: false,
      reason: null,
      abort: (reason: Error) => controller.abort(reason),
      pause: () => {},
      resume: () => {},
    } as Dispatcher.DispatchController;
    void relay(options, handler, control, controller.signal);
    return true;
  });

const relay = async (
  { origin, path, method, headers, body }: Dispatcher.DispatchOptions,
  handler: Dispatcher.DispatchHandler,
  control: Dispatcher.DispatchController,
  signal: AbortSignal,
): Promise<void> => {
  try {
    handler.onRequestStart?.(control, {});
    const init = { method, headers: headers as Record<string, string>, body: body as string | null, signal };
    const response = await fetch(new URL(path, origin), init);
    handler.onResponseStart?.(control, response.status, Object.fromEntries(response.headers), response.statusText);
    handler.onResponseData?.(control, Buffer.from(await response.arrayBuffer()));
    handler.onResponseEnd?.(control, {});
  } catch (error) {
    handler.onResponseError?.(control, error as Error);
  }
};
