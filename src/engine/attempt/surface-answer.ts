import type { Usage } from '../../ledger/ledger.js';
import type { ResponseHead } from '../../plugin/door/attempt.js';
import type { Surface } from '../../plugin/door/surface.js';
import type { ChainRequest } from '../request.js';
import type { StreamDeadline } from '../stream/relay/relay-options.js';
import type { Sink } from '../stream/sink.js';
import type { Source } from '../stream/source.js';
import { type PassingForm, PassingRelay } from '../surfaces/passing-relay.js';
import { readSurface, typeOf } from '../surfaces/read-answer.js';

/** Passes a streamed answer on. */
export interface Relay {
  /** The usage that the provider reported, if any. */
  readonly usage: Usage | undefined;
  /** Bytes of text so far, where tokens are counted. */
  readonly textBytes: number;
  /** Resolves when the answer begins. When it rejects, the caller has seen nothing. */
  open(): Promise<void>;
  /** Resolves when the answer is whole, and rejects when it is not. */
  pipe(sink: Sink): Promise<void>;
}

/** A whole answer. */
export interface OpenedAnswer {
  readonly body: Buffer;
  readonly usage: Usage | undefined;
}

/** Sound formats without a head. */
const RAW: ReadonlySet<unknown> = new Set(['pcm', 'pcm16', 'mulaw', 'ulaw', 'alaw']);

/**
 * Reads the answer of an endpoint beside chat: as a stream where the caller asked for one and the provider sends one, as a whole
 * otherwise.
 */
export const receiveSurface = (
  { body, stream }: ChainRequest,
  surface: Surface,
  source: Source,
  head: ResponseHead,
  deadline: StreamDeadline,
): Relay | Promise<OpenedAnswer> => {
  const form = stream ? formOf(surface, head, body.response_format) : undefined;
  return form === undefined
    ? readSurface(source, surface, body, head)
    : new PassingRelay(source, deadline, surface, form);
};

const formOf = (surface: Surface, head: ResponseHead, format: unknown): PassingForm | undefined => {
  const type = typeOf(head);
  if (type === 'text/event-stream') return 'events';
  if (surface.answers !== 'bytes' || /^(?:application\/(?:.*\+)?json|text\/)/.test(type)) return undefined;
  return RAW.has(format) ? 'raw' : 'bytes';
};
