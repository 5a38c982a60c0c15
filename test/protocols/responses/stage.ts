import OpenAI from 'openai';
import { piecesOf, Stage } from '../../engine/stream/stage.js';
import { API_KEY } from '../../proxy.js';
import { chunk, DONE, type ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { type CheckedStream, checkResponse, checkStream } from './event-grammar.js';

type Json = Record<string, unknown>;

/** An answer to a request of the Responses API that is not streamed. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json & { readonly output: readonly Json[]; readonly error: Json | null };
}

export const post = (stage: Stage, body: object, path = '/v1/responses', headers: Record<string, string> = {}) =>
  fetch(`${stage.proxy.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'default', input: 'Hello', ...body }),
  });

/** Sends a request that is not streamed, and checks a response that succeeds. */
export const ask = async (stage: Stage, body: object = {}): Promise<WholeAnswer> => {
  const { status, headers, ...response } = await post(stage, body).then(async (each) => ({
    status: each.status,
    headers: each.headers,
    body: (await each.json()) as WholeAnswer['body'],
  }));
  if (status === 200) checkResponse(response.body, String(response.body.status));
  return { status, headers, ...response };
};

/** Sends a streamed request, and checks the grammar of its events. */
export const askStreamed = async (stage: Stage, body: object = {}): Promise<CheckedStream> =>
  checkStream(await (await post(stage, { ...body, stream: true })).text());

/** The chat completion that the last request became. */
export const lastSent = (stage: Stage, at = 0): Json =>
  (stage.upstreams[at] as ScriptedUpstream).received.at(-1)?.body as Json;

export interface ChatCall {
  readonly id?: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly [extra: string]: unknown;
}

/** A chat completion, whole or in chunks. */
export interface ChatAnswer {
  readonly reasoning?: string;
  readonly content?: string;
  readonly refusal?: string;
  readonly calls?: readonly ChatCall[];
  readonly finish?: string;
  readonly usage?: Json;
  /** More fields of the message. */
  readonly message?: Json;
}

const toolCall = ({ id, name, arguments: text, ...extra }: ChatCall): Json => ({
  ...(id === undefined ? {} : { id }),
  type: 'function',
  function: { name, arguments: text },
  ...extra,
});

const finishOf = ({ finish, calls = [] }: ChatAnswer): string => finish ?? (calls.length > 0 ? 'tool_calls' : 'stop');

/** The answer as frames of a stream, with the arguments in pieces. */
export const framesOf = (answer: ChatAnswer): string[] => {
  const { reasoning = '', content = '', refusal = '', calls = [], usage, message = {} } = answer;
  return [
    chunk({ role: 'assistant', content: '', ...message }),
    ...piecesOf(reasoning).map((text) => chunk({ reasoning_content: text })),
    ...piecesOf(content).map((text) => chunk({ content: text })),
    ...piecesOf(refusal).map((text) => chunk({ refusal: text })),
    ...calls.flatMap((call, index) => {
      const whole = typeof call.arguments === 'string' ? piecesOf(call.arguments) : [call.arguments];
      const [first = '', ...rest] = whole;
      return [
        chunk({ tool_calls: [{ index, ...toolCall({ ...call, arguments: first }) }] }),
        ...rest.map((text) => chunk({ tool_calls: [{ index, function: { arguments: text } }] })),
      ];
    }),
    chunk({}, finishOf(answer)),
    ...(usage === undefined ? [] : [`data: ${JSON.stringify({ id: 'c', model: 'a-model', choices: [], usage })}\n\n`]),
    DONE,
  ];
};

/** Has the upstream give this answer, streamed if it is asked to. */
export const answering = (answer: ChatAnswer) => {
  const { reasoning, content, refusal, calls = [], usage, message = {} } = answer;
  const whole = {
    id: 'chatcmpl-foreign',
    object: 'chat.completion',
    model: 'a-model',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content ?? null,
          ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
          ...(refusal === undefined ? {} : { refusal }),
          ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolCall) }),
          ...message,
        },
        finish_reason: finishOf(answer),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
  };
  return wholeOrStream(whole, framesOf(answer));
};

/** Answers with the one or the other, as the request asks. */
export const wholeOrStream =
  (whole: Json, frames: readonly string[]): Parameters<ScriptedUpstream['always']>[0] =>
  (res, request) => {
    if (request.body.stream === true) return stream(frames)(res, request);
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(whole));
  };

/** An item of an answer in short: its type and what it says. */
export const shortOf = (item: Json): string => {
  if (item.type === 'message') {
    return `message ${(item.content as Json[]).map(({ text, refusal }) => text ?? `refusal:${refusal}`).join('|')}`;
  }
  if (item.type === 'reasoning') return `reasoning ${(item.summary as Json[]).map(({ text }) => text).join('|')}`;
  const name = item.namespace === undefined ? item.name : `${item.namespace}/${item.name}`;
  return `${item.type} ${name} ${item.arguments ?? item.input}`;
};

/** The real SDK, without retries. */
export const sdkOf = (stage: Stage): OpenAI =>
  new OpenAI({ baseURL: `${stage.proxy.address}/v1`, apiKey: API_KEY, maxRetries: 0 });

export { Stage };
