/** A protocol that callers speak, and how the text of a streamed chunk is found in it. */
export interface Protocol {
  readonly path: string;
  /** Stands before the text of each chunk, and nowhere else. */
  readonly mark: Buffer;
  readonly body: (prompt: readonly [system: string, user: string]) => object;
}

export type ProtocolName = 'chat' | 'responses' | 'messages';

const messages = (roles: readonly string[], prompt: readonly string[]): object[] =>
  prompt.map((content, index) => ({ role: roles[index], content }));

export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  chat: {
    path: '/v1/chat/completions',
    mark: Buffer.from('"content":"@'),
    body: (prompt) => ({ messages: messages(['system', 'user'], prompt), temperature: 0.7, max_tokens: 256 }),
  },
  responses: {
    path: '/v1/responses',
    mark: Buffer.from('"delta":"@'),
    body: ([system, user]) => ({
      instructions: system,
      input: [{ role: 'user', content: user }],
      max_output_tokens: 256,
    }),
  },
  messages: {
    path: '/v1/messages',
    mark: Buffer.from('"type":"text_delta","text":"@'),
    body: ([system, user]) => ({ system, messages: [{ role: 'user', content: user }], max_tokens: 256 }),
  },
};

/** What the provider streams: see `programs/provider.ts`. */
interface StreamShape {
  readonly chunks: number;
  readonly gap: number;
  readonly batch?: number;
}

export interface RequestShape {
  readonly protocol?: ProtocolName;
  readonly stream?: StreamShape;
  /** Characters of the prompt. */
  readonly size?: number;
}

const SENTENCE = 'You are a helpful assistant. Please answer the question below in a few sentences. ';
const SIZE = 500;

const wordsOf = ({ chunks, gap, batch = 1 }: StreamShape): string =>
  `#bench chunks=${chunks} gap=${gap} batch=${batch};`;

/** The bytes of a request to the relay at `port`, as an SDK sends them. */
export const requestOf = (port: number, { protocol = 'chat', stream, size = SIZE }: RequestShape = {}): Buffer => {
  const { path, body } = PROTOCOLS[protocol];
  const system = stream === undefined ? 'Answer briefly.' : wordsOf(stream);
  const user = SENTENCE.repeat(Math.ceil(size / SENTENCE.length)).slice(0, size);
  const text = JSON.stringify({
    model: 'main',
    ...body([system, user]),
    ...(stream === undefined ? {} : { stream: true }),
  });
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'user-agent: OpenAI/JS 6.0.0',
    'accept: application/json',
    'content-type: application/json',
    'authorization: Bearer bench-key',
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`);
};
