/** A call of a tool. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON, as the model wrote it. */
  readonly arguments: string;
  /** Further fields of the call. Some providers need them back. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** Tokens as counted by the provider. */
interface TokensUsed {
  readonly prompt: number;
  readonly completion: number;
}

/** A result that is not text. */
export type Result =
  | { readonly kind: 'vectors'; readonly vectors: readonly (readonly number[])[] }
  /** Best first. `index`: the place of the document in the request. */
  | { readonly kind: 'ranking'; readonly ranks: readonly { readonly index: number; readonly score: number }[] }
  | { readonly kind: 'verdicts'; readonly verdicts: readonly Verdict[] }
  /** `url` is a `data:` URL, or the address of an image elsewhere. */
  | { readonly kind: 'image'; readonly url: string }
  | { readonly kind: 'sound'; readonly sound: Blob };

/** What a moderation found in one text. */
export interface Verdict {
  readonly flagged: boolean;
  /** Highest score first. */
  readonly categories: readonly { readonly name: string; readonly flagged: boolean; readonly score?: number }[];
}

/** An answer, possibly partial. */
export interface Answer {
  readonly text: string;
  /** The reasoning before the answer. */
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  readonly results: readonly Result[];
  /** Why it ended, in the words of the protocol. Absent if the model was done. */
  readonly cut?: string;
  /** The target of the current text. */
  readonly target: string;
  /** Comments of the proxy, such as that another target continued the answer. */
  readonly notes: readonly string[];
  readonly usage?: TokensUsed;
  /** From the request to the first token; absent without streaming. */
  readonly firstTokenMs?: number;
  /** Since the request was sent. */
  readonly durationMs: number;
  /** What came, as it came; a sound is described. */
  readonly raw: string;
}

export const NO_ANSWER: Answer = {
  text: '',
  reasoning: '',
  calls: [],
  results: [],
  target: '',
  notes: [],
  durationMs: 0,
  raw: '',
};

/** Most characters that are kept of what came. */
const MOST_RAW = 400_000;
const CUT = '\n… (cut here)';

/** Ways to end that need no mention. */
const DONE: ReadonlySet<string> = new Set([
  'stop',
  'tool_calls',
  'function_call',
  'end_turn',
  'tool_use',
  'completed',
  '',
]);

/** Collects an answer from its pieces. Protocols call it; `answer` is what there is so far. */
export class AnswerBuilder {
  answer: Answer;
  readonly #calls: { id: string; name: string; arguments: string; extra: Record<string, unknown> }[] = [];
  readonly #now: () => number;
  readonly #began: number;
  #isStream = false;

  constructor(target: string, began: number, now = () => performance.now()) {
    this.answer = { ...NO_ANSWER, target };
    this.#began = began;
    this.#now = now;
  }

  /** Pieces come as events: the first one has a time. */
  startStream(): void {
    this.#isStream = true;
  }

  text(text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#add({ text: this.answer.text + text }, true);
  }

  reasoning(text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#add({ reasoning: this.answer.reasoning + text }, true);
  }

  /** Adds to the call at `place` what `piece` has of it. Names and arguments come in pieces; an id is whole. */
  call(place: number, piece: Partial<ToolCall>): void {
    const call = this.#calls[place] ?? { id: '', name: '', arguments: '', extra: {} };
    this.#calls[place] = call;
    if (piece.id !== undefined && piece.id !== '') call.id = piece.id;
    call.name += piece.name ?? '';
    call.arguments += piece.arguments ?? '';
    Object.assign(call.extra, piece.extra);
    this.#add({ calls: this.#calls.flatMap((each) => [{ ...each }]) }, true);
  }

  result(result: Result): void {
    this.#add({ results: [...this.answer.results, result] }, true);
  }

  /** Either count may be unknown so far. */
  usage(prompt: unknown, completion: unknown): void {
    const { usage } = this.answer;
    const found = {
      prompt: typeof prompt === 'number' ? prompt : (usage?.prompt ?? 0),
      completion: typeof completion === 'number' ? completion : (usage?.completion ?? 0),
    };
    if (typeof prompt === 'number' || typeof completion === 'number') this.#add({ usage: found });
  }

  finish(reason: unknown): void {
    if (typeof reason === 'string' && !DONE.has(reason)) this.#add({ cut: reason.replaceAll('_', ' ') });
  }

  note(note: string): void {
    const continues = /, (\S+) continues$/.exec(note)?.[1];
    const target = continues === undefined ? this.answer.target : decodeURI(continues);
    this.#add({ notes: [...this.answer.notes, decodeURI(note)], target });
  }

  raw(text: string): void {
    const { raw } = this.answer;
    if (raw.length > MOST_RAW) return;
    const whole = raw + text;
    this.#add({ raw: whole.length > MOST_RAW ? whole.slice(0, MOST_RAW) + CUT : whole });
  }

  #add(news: Partial<Answer>, speaks = false): void {
    const durationMs = this.#now() - this.#began;
    const isFirst = speaks && this.#isStream && this.answer.firstTokenMs === undefined;
    this.answer = { ...this.answer, ...news, durationMs, ...(isFirst ? { firstTokenMs: durationMs } : {}) };
  }
}
