import type { Explanation } from '../../../src/contract/explain.js';
import type { RequestRecord } from '../../../src/contract/requests.js';
import { API_KEY, chainOver, type RunningProxy, startProxy } from '../../proxy.js';
import { ScriptedUpstream } from '../../scripted-upstream.js';

/** A request to one of the endpoints, and an answer that is whole. */
export interface Exchange {
  readonly path: string;
  /** JSON, or a form. */
  body(model?: string): object;
  readonly answer: object;
}

/** A form with a recording. The model comes behind the file, as in the openai SDK. */
export const recording = (more: Readonly<Record<string, string>> = {}): FormData => {
  const form = new FormData();
  form.append('file', new Blob(['RIFF….WAVE'], { type: 'audio/wav' }), 'speech.wav');
  for (const [name, value] of Object.entries({ model: 'default', ...more })) form.append(name, value);
  return form;
};

export const vectors = (count = 1, vector: unknown = [0.5, -1, 2]): object => ({
  object: 'list',
  model: 'a-model',
  data: Array.from({ length: count }, (_, index) => ({ object: 'embedding', index, embedding: vector })),
  usage: { prompt_tokens: 7, total_tokens: 7 },
});

/** A request and a good answer for each endpoint. */
export const ENDPOINTS: Readonly<Record<string, Exchange>> = {
  embeddings: { path: '/embeddings', body: (model = 'default') => ({ model, input: 'north' }), answer: vectors() },
  completions: {
    path: '/completions',
    body: (model = 'default') => ({ model, prompt: 'Once' }),
    answer: {
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1,
      model: 'a-model',
      choices: [{ text: ' upon a time', index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    },
  },
  transcriptions: {
    path: '/audio/transcriptions',
    body: (model = 'default') => recording({ model }),
    answer: { text: 'Which way is north?' },
  },
  translations: {
    path: '/audio/translations',
    body: (model = 'default') => recording({ model }),
    answer: { text: 'Which way is north?' },
  },
  moderations: {
    path: '/moderations',
    body: (model = 'default') => ({ model, input: 'north' }),
    answer: { id: 'modr-1', model: 'a-model', results: [{ flagged: false, categories: {}, category_scores: {} }] },
  },
  rerank: {
    path: '/rerank',
    body: (model = 'default') => ({ model, query: 'north', documents: ['south', 'north'] }),
    answer: { id: 'r', results: [{ index: 1, relevance_score: 0.9 }] },
  },
  images: {
    path: '/images/generations',
    body: (model = 'default') => ({ model, prompt: 'a compass' }),
    answer: { created: 1, data: [{ b64_json: 'aGVsbG8=' }] },
  },
};

/** Posts JSON, or a form. */
export const post = (
  { address }: RunningProxy,
  path: string,
  body: object,
  init: RequestInit = {},
): Promise<Response> => {
  const isForm = body instanceof FormData;
  return fetch(`${address}/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
    ...init,
  });
};

/** A proxy with one chain over scripted providers named `one`, `two`, `three`. */
export class SurfaceStage {
  readonly upstreams: readonly ScriptedUpstream[];
  readonly proxy: RunningProxy;

  private constructor(upstreams: readonly ScriptedUpstream[], proxy: RunningProxy) {
    this.upstreams = upstreams;
    this.proxy = proxy;
  }

  static async start(
    count: number,
    chain: object = {},
    rest: object = {},
    provider: object = {},
  ): Promise<SurfaceStage> {
    const upstreams = await Promise.all(Array.from({ length: count }, () => ScriptedUpstream.start()));
    return new SurfaceStage(upstreams, await startProxy({ ...rest, ...chainOver(upstreams, chain, provider) }));
  }

  post(path: string, body: object, init: RequestInit = {}): Promise<Response> {
    return post(this.proxy, path, body, init);
  }

  /** The request log, the newest first. */
  async requests(): Promise<readonly RequestRecord[]> {
    const response = await fetch(`${this.proxy.address}/admin/api/requests`, {
      headers: { authorization: `Bearer ${this.proxy.app.runtime.adminKey}` },
    });
    return ((await response.json()) as { requests: RequestRecord[] }).requests;
  }

  async explain(body: object): Promise<Explanation> {
    const response = await fetch(`${this.proxy.address}/admin/api/explain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.proxy.app.runtime.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Explanation;
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await Promise.all(this.upstreams.map((upstream) => upstream.close()));
  }
}
