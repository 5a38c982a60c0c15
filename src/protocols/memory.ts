import type { ProtocolCall } from '../plugin/door/protocol.js';
import type { Fields } from './fields.js';

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_IDLE_MS = 60 * 60 * 1000;

/** What an entry costs beside its text. */
const ENTRY_BYTES = 200;

interface Entry {
  /** JSON: its size is known, and no caller can change it. */
  readonly text: string;
  usedAt: number;
}

/** What one caller's answers left behind. Callers are told apart by the label of their key. */
export interface CallerMemory {
  /** Remembers an output item by its `id`. */
  rememberItem(item: Fields & { readonly id: string }): void;
  /** The output item with this id; `undefined` if it is unknown or forgotten. */
  itemOf(id: string): Fields | undefined;
  /** Remembers fields that a provider put on a tool call, such as `extra_content`, by the id that the caller knows. */
  rememberExtra(callId: string, extra: Fields): void;
  /** The fields that a provider put on the tool call with this id; `undefined` if there are none. */
  extraOf(callId: string): Fields | undefined;
}

/**
 * Remembers parts of answers, so that a later request can refer to them: output items, and what providers put on tool calls.
 * It is bounded, and it is never written to disk: an entry is forgotten an hour after its last use, and when the
 * memory is full, the entry that was last used longest ago goes first.
 */
export class AnswerMemory {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes default: 16 MiB */
  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** The bytes that the entries take, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The memory of one caller. */
  of(call: Pick<ProtocolCall, 'keyLabel' | 'at'>): CallerMemory {
    const keyOf = (kind: string, id: string): string => JSON.stringify([kind, call.keyLabel, id]);
    return {
      rememberItem: (item) => this.#put(keyOf('item', item.id), item, call.at),
      itemOf: (id) => this.#get(keyOf('item', id), call.at),
      rememberExtra: (callId, extra) => this.#put(keyOf('extra', callId), extra, call.at),
      extraOf: (callId) => this.#get(keyOf('extra', callId), call.at),
    };
  }

  #put(key: string, value: Fields, at: number): void {
    this.#remove(key);
    const entry = { text: JSON.stringify(value), usedAt: at };
    if (bytesOf(key, entry) > this.#maxBytes) return;
    this.#entries.set(key, entry);
    this.#bytes += bytesOf(key, entry);
    for (const [oldest, { usedAt }] of this.#entries) {
      if (this.#bytes <= this.#maxBytes && at - usedAt < MAX_IDLE_MS) break;
      this.#remove(oldest);
    }
  }

  #get(key: string, at: number): Fields | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (at - entry.usedAt >= MAX_IDLE_MS) {
      this.#remove(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, { ...entry, usedAt: at });
    return JSON.parse(entry.text) as Fields;
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= bytesOf(key, entry);
  }
}

/** A character takes two bytes at most. */
const bytesOf = (key: string, { text }: Entry): number => 2 * (key.length + text.length) + ENTRY_BYTES;
