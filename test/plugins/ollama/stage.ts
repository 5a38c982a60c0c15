import { chainOver, type RunningProxy, startProxy } from '../../proxy.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';

type Fields = Record<string, unknown>;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Fields;
}

/** A proxy with the plugin `ollama`, which needs no key, over scripted providers named `one`, `two`. */
export class OllamaStage {
  readonly upstreams: readonly ScriptedUpstream[];
  readonly proxy: RunningProxy;

  private constructor(upstreams: readonly ScriptedUpstream[], proxy: RunningProxy) {
    this.upstreams = upstreams;
    this.proxy = proxy;
  }

  static async start(count = 1, options: object = { key: 'none' }): Promise<OllamaStage> {
    const upstreams = await Promise.all(Array.from({ length: count }, () => ScriptedUpstream.start()));
    const configuration = { ...chainOver(upstreams), plugins: [{ use: 'ollama', options }] };
    return new OllamaStage(upstreams, await startProxy(configuration));
  }

  get upstream(): ScriptedUpstream {
    return this.upstreams[0] as ScriptedUpstream;
  }

  /** The body that the first provider received last, without its model. */
  get sent(): Fields {
    const { model: _, ...sent } = this.upstream.received.at(-1)?.body ?? {};
    return sent;
  }

  /** Sends JSON as the examples of Ollama do: with curl's content type. */
  post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.proxy.address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Asks for an answer that is not streamed. */
  async ask(path: string, body: object): Promise<Answered> {
    const response = await this.post(path, { model: 'default', stream: false, ...body });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Fields };
  }

  /** Asks for a stream. Returns its lines. */
  async lines(path: string, body: object): Promise<readonly Fields[]> {
    const response = await this.post(path, { model: 'default', ...body });
    const text = await response.text();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Fields);
  }

  async get(path: string): Promise<Answered> {
    const response = await fetch(`${this.proxy.address}${path}`);
    return { status: response.status, headers: response.headers, body: (await response.json()) as Fields };
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await Promise.all(this.upstreams.map((upstream) => upstream.close()));
  }
}
