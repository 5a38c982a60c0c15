import { expect } from 'chai';

type Fields = Record<string, unknown>;

interface Event extends Fields {
  readonly type: string;
}

interface Block extends Fields {
  readonly type: string;
}

/** A message as a client builds it from events, or the error that ended them. */
export interface ReadMessage {
  readonly message: Fields & { readonly content: readonly Block[] };
  readonly error?: Fields | undefined;
  /** The events, in order, without comments. */
  readonly events: readonly Event[];
}

const USAGE = ['input_tokens', 'output_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'];

const STOP_REASONS = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'refusal',
  'model_context_window_exceeded',
];

/** The deltas of each kind of block, and what a block of this kind looks like when it starts. */
const BLOCKS: Readonly<Record<string, { readonly start: readonly string[]; readonly deltas: readonly string[] }>> = {
  text: { start: ['type', 'text'], deltas: ['text_delta'] },
  thinking: { start: ['type', 'thinking', 'signature'], deltas: ['thinking_delta', 'signature_delta'] },
  tool_use: { start: ['type', 'id', 'name', 'input'], deltas: ['input_json_delta'] },
};

/** The blocks' order in an answer without thinking between texts. */
const RANKS: Readonly<Record<string, number>> = { thinking: 0, text: 0, tool_use: 1 };

/** Reads the frames of a stream: an `event:` line and a `data:` line each, comments anywhere between frames. */
const eventsIn = (stream: string): Event[] => {
  expect(stream, 'the end of the stream').to.match(/^$|\n\n$/);
  return stream.split('\n\n').flatMap((frame) => {
    const lines = frame.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    if (lines.length === 0) return [];
    expect(lines, frame).to.have.length(2);
    const [name = '', data = ''] = lines;
    expect(name).to.match(/^event: \w+$/);
    expect(data).to.match(/^data: \{/);
    const event = JSON.parse(data.slice('data: '.length)) as Event;
    expect(event.type, 'the type beside the event line').to.equal(name.slice('event: '.length));
    return [event];
  });
};

/** The state of a client that follows the grammar, event by event. */
class Reader {
  message: (Fields & { content: Block[] }) | undefined;
  error: Fields | undefined;
  #open: { readonly block: Fields & Block; json: string; signed: boolean } | undefined;
  #isStopped = false;
  #isDelta = false;

  take(event: Event): void {
    expect(this.error, `nothing after an error, but ${event.type}`).to.equal(undefined);
    expect(this.#isStopped, `nothing after message_stop, but ${event.type}`).to.equal(false);
    const handlers: Readonly<Record<string, (event: Event) => void>> = {
      message_start: (each) => this.#start(each),
      ping: () => {},
      content_block_start: (each) => this.#startBlock(each),
      content_block_delta: (each) => this.#delta(each),
      content_block_stop: (each) => this.#stopBlock(each),
      message_delta: (each) => this.#end(each),
      message_stop: (each) => this.#stop(each),
      error: (each) => this.#fail(each),
    };
    expect(handlers, 'a known event').to.have.property(event.type);
    handlers[event.type]?.(event);
  }

  /** @param isWhole the stream must end with `message_stop` */
  finish(isWhole: boolean): void {
    if (isWhole) expect(this.error, 'an error').to.equal(undefined);
    expect(this.#isStopped, 'message_stop').to.equal(isWhole);
    if (!isWhole) expect(this.error, 'an error event').not.to.equal(undefined);
  }

  #start({ message, ...rest }: Event): void {
    expect(rest).to.have.all.keys('type');
    expect(this.message, 'one message_start').to.equal(undefined);
    const started = message as Fields & { content: Block[] };
    expect(started).to.include({ type: 'message', role: 'assistant', stop_reason: null, stop_sequence: null });
    expect(started.id).to.match(/^msg_[A-Za-z0-9]{10,}$/);
    expect(started.model).to.be.a('string');
    expect(started.content).to.deep.equal([]);
    expectUsage(started.usage);
    this.message = structuredClone(started);
  }

  #startBlock({ index, content_block }: Event): void {
    const block = content_block as Block;
    expect(this.#open, 'one block open at a time').to.equal(undefined);
    expect(this.#isDelta, 'no block after message_delta').to.equal(false);
    const content = this.#content();
    expect(index, 'the next index').to.equal(content.length);
    expect(BLOCKS, 'a known block').to.have.property(block.type);
    expect(block).to.have.all.keys(...(BLOCKS[block.type]?.start ?? []));
    expect(RANKS[block.type], 'tool calls last').to.be.at.least(RANKS[content.at(-1)?.type ?? 'text'] as number);
    if (block.type === 'tool_use') {
      expect(block.id).to.match(/^toolu_[A-Za-z0-9_-]+$/);
      expect(block.name).to.be.a('string').and.not.equal('');
      expect(block.input).to.deep.equal({});
    } else expect(block[block.type]).to.equal('');
    if (block.type === 'thinking') expect(block.signature).to.equal('');
    const own = { ...block };
    content.push(own);
    this.#open = { block: own, json: '', signed: false };
  }

  #delta({ index, delta }: Event): void {
    const open = this.#open;
    expect(open, 'an open block').not.to.equal(undefined);
    if (open === undefined) return;
    expect(index).to.equal(this.#content().length - 1);
    const { type, ...rest } = delta as Event;
    expect(BLOCKS[open.block.type]?.deltas, 'a delta of the open block').to.include(type);
    expect(open.signed, 'nothing after the signature').to.equal(false);
    if (type === 'input_json_delta') open.json += String(rest.partial_json);
    else if (type === 'signature_delta') {
      expect(rest.signature).to.be.a('string').and.not.equal('');
      open.block.signature = rest.signature;
      open.signed = true;
    } else {
      expect(rest[open.block.type], 'a delta with text').to.be.a('string').and.not.equal('');
      open.block[open.block.type] = String(open.block[open.block.type]) + String(rest[open.block.type]);
    }
  }

  #stopBlock({ index }: Event): void {
    const open = this.#open;
    expect(open, 'an open block').not.to.equal(undefined);
    if (open === undefined) return;
    expect(index).to.equal(this.#content().length - 1);
    const { block } = open;
    if (block.type === 'tool_use') {
      block.input = JSON.parse(open.json);
      expect(block.input).to.be.an('object');
    } else expect(String(block[block.type]).trim(), 'no empty block').not.to.equal('');
    if (block.type === 'thinking') expect(open.signed, 'a signature').to.equal(true);
    this.#open = undefined;
  }

  #end({ delta, usage, ...rest }: Event): void {
    expect(rest).to.have.all.keys('type');
    expect(this.#open, 'no open block').to.equal(undefined);
    expect(this.#isDelta, 'one message_delta').to.equal(false);
    this.#isDelta = true;
    const { stop_reason: reason, stop_sequence: sequence, ...others } = delta as Fields;
    expect(others).to.deep.equal({});
    expect(STOP_REASONS).to.include(reason);
    expect(reason === 'stop_sequence').to.equal(typeof sequence === 'string');
    expectUsage(usage);
    // Totals: a client overwrites what it has.
    Object.assign(this.message ?? {}, { stop_reason: reason, stop_sequence: sequence, usage });
  }

  #stop(event: Event): void {
    expect(event).to.have.all.keys('type');
    expect(this.#isDelta, 'message_delta before').to.equal(true);
    this.#isStopped = true;
  }

  #fail({ error, request_id, ...rest }: Event): void {
    expect(rest).to.have.all.keys('type');
    expect(error).to.be.an('object').that.includes.keys('type', 'message');
    expect(request_id).to.be.a('string').and.not.equal('');
    this.error = error as Fields;
  }

  #content(): Block[] {
    expect(this.message, 'message_start first').not.to.equal(undefined);
    return this.message?.content ?? [];
  }
}

const expectUsage = (usage: unknown): void => {
  expect(usage).to.include.keys(...USAGE);
  for (const name of USAGE)
    expect((usage as Fields)[name], name)
      .to.be.a('number')
      .and.at.least(0);
};

/**
 * Reads a stream as a client does. Fails where it breaks the grammar of Anthropic's events.
 * @param isWhole the answer must end as a whole one. Otherwise it must end with an error.
 */
export const readMessage = (stream: string, isWhole = true): ReadMessage => {
  const reader = new Reader();
  const events = eventsIn(stream);
  for (const event of events) reader.take(event);
  reader.finish(isWhole);
  return { message: reader.message ?? { content: [] }, error: reader.error, events };
};
