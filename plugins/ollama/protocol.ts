import type { Fields, Protocol, ProtocolCall, ProtocolReply, ProtocolRequest, Refusal } from '429chain/plugin';
import { jsonLine, LineWriter, type Piece } from './line-writer.js';
import type { Settings } from './settings.js';

const LINES = 'application/x-ndjson';

/** What a request says, apart from its settings. */
interface Asked {
  /** As those of a chat completion. Empty: the client only wants the model to be loaded. */
  readonly messages: readonly Fields[];
  readonly settings: Settings;
  readonly warnings?: readonly string[];
}

interface Parts {
  readonly name: string;
  readonly path: string;
  /** The current time, epoch ms. */
  readonly now: () => number;
  readonly read: (body: Fields, call: ProtocolCall) => Asked;
  readonly carry: (piece: Piece) => Fields;
}

/** Returns a protocol of Ollama: lines of JSON unless the request says `stream: false`, and errors as `{ error: text }`. */
export const protocolOf = ({ name, path, now, read, carry }: Parts): Protocol => ({
  name,
  path,
  streamType: LINES,
  // Ollama does not look at the content type, and its documentation sends none.
  anyContentType: true,
  read: (body, call) => {
    const { messages, settings, warnings = [] } = read(body, call);
    const { fields, omitted, showsThinking } = settings;
    const model = String(fields.model ?? '');
    if (messages.length === 0) return { body: fields, reply: loaded({ model, ...carry({}) }, call.at) };
    const request: ProtocolRequest = {
      body: { ...fields, messages },
      omitted,
      wholeCalls: true,
      warnings,
      answer: () =>
        new LineWriter({
          model,
          showsThinking,
          startedAt: call.at,
          now,
          countTokens: (counted) => call.countTokens({ messages: counted }),
          messages,
          carry,
        }),
    };
    return request;
  },
  refusal: refusalReply,
});

const loaded = (answer: Fields, at: number): ProtocolReply => ({
  headers: { 'content-type': LINES },
  body: jsonLine({ ...answer, created_at: new Date(at).toISOString(), done: true, done_reason: 'load' }),
});

/** An error as Ollama answers it. */
export const refusalReply = ({ status, headers, error }: Refusal): ProtocolReply => ({
  status,
  headers,
  body: { error: error.message },
});
