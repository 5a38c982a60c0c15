import { chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { type Answerer, reply, ScriptedUpstream } from '../scripted-upstream.js';

/** A 429 that says when to come back. */
export const spent = (seconds: string): Answerer =>
  reply(429, { error: { message: 'spent' } }, { 'retry-after': seconds });

export const broken = reply(500, { error: { message: 'broken' } });

interface AnswerBody {
  readonly error: {
    readonly message: string;
    readonly code: string;
    readonly retry_after_ms: number;
    readonly targets: readonly { readonly reason: string }[];
  };
}

export interface Asked {
  readonly status: number;
  readonly target: string | null;
  readonly body: AnswerBody;
}

/** A proxy with one chain over scripted providers named `one`, `two`, `three`. */
export class ChainStage {
  readonly upstreams: readonly ScriptedUpstream[];
  readonly proxy: RunningProxy;

  private constructor(upstreams: readonly ScriptedUpstream[], proxy: RunningProxy) {
    this.upstreams = upstreams;
    this.proxy = proxy;
  }

  /** `chain`, `provider` and `rest` are added to the configuration of the chain, of each provider, and of the whole. */
  static async start(
    count: number,
    chain: object = {},
    provider: object = {},
    rest: { readonly server?: object; readonly providers?: object } = {},
  ): Promise<ChainStage> {
    const upstreams = await Promise.all(Array.from({ length: count }, () => ScriptedUpstream.start()));
    const configuration = chainOver(upstreams, chain, provider) as { readonly providers: object };
    const providers = { ...rest.providers, ...configuration.providers };
    return new ChainStage(upstreams, await startProxy({ ...rest, ...configuration, providers }));
  }

  /** Sends a chat completion that is not streamed. */
  async ask(body: object = {}): Promise<Asked> {
    const response = await this.proxy.post({ messages: HELLO, ...body });
    return {
      status: response.status,
      target: response.headers.get('x-429chain-target'),
      body: (await response.json()) as AnswerBody,
    };
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await Promise.all(this.upstreams.map((upstream) => upstream.close()));
  }
}
