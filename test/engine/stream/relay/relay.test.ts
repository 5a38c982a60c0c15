import { expect } from 'chai';
import { FirstTokenGate } from '../../../../src/engine/stream/gate.js';
import { StreamRelay } from '../../../../src/engine/stream/relay/relay.js';
import type { Sink } from '../../../../src/engine/stream/sink.js';
import type { BodySink, Source } from '../../../../src/engine/stream/source.js';
import { chunk, DONE } from '../../../scripted-upstream.js';

/** A body that the test sends, and what the relay asked of it. */
class ScriptedSource implements Source {
  readonly calls: string[] = [];
  body: BodySink | undefined;

  consume(sink: BodySink): void {
    this.body = sink;
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  abort({ message }: Error): void {
    this.calls.push(`abort: ${message}`);
  }

  send(text: string): void {
    this.body?.data(Buffer.from(text));
  }
}

/** A caller that takes as many writes as `room` says before it has to drain. */
class ScriptedSink implements Sink {
  readonly written: string[] = [];
  readonly #room: number;
  drain: () => void = () => {};

  constructor(room = Number.POSITIVE_INFINITY) {
    this.#room = room;
  }

  write(bytes: Buffer): boolean {
    this.written.push(bytes.toString());
    return this.written.length < this.#room;
  }

  onDrain(listener: () => void): void {
    this.drain = listener;
  }
}

const DEADLINE = { started: () => {}, touch: () => {}, hold: () => {}, unhold: () => {} };
const WORD = chunk({ role: 'assistant', content: 'word' });
const END = chunk({}, 'stop');

describe('The stream relay', () => {
  let source: ScriptedSource;
  let relay: StreamRelay;

  beforeEach(() => {
    source = new ScriptedSource();
    relay = new StreamRelay(source, DEADLINE, { hidesUsage: true, choices: 1, gate: new FirstTokenGate() });
  });

  const failureOf = (promise: Promise<void>): Promise<string> =>
    promise.then(
      () => 'no failure',
      ({ message }: Error) => message,
    );

  it('keeps what comes before there is a sink, and writes it in order', async () => {
    const opened = relay.open();
    for (const text of [WORD, WORD, END]) source.send(text);
    source.body?.end();
    await opened;
    const sink = new ScriptedSink();
    await relay.pipe(sink);
    expect(sink.written).to.deep.equal([WORD, WORD, END, DONE]);
  });

  it('writes what came before a failure, and then fails', async () => {
    const opened = relay.open();
    source.send(WORD);
    source.body?.error(new Error('broken'));
    await opened;
    const sink = new ScriptedSink();
    expect(await failureOf(relay.pipe(sink))).to.equal('broken');
    expect(sink.written).to.deep.equal([WORD]);
  });

  it('pauses the provider while the caller does not read', async () => {
    const opened = relay.open();
    source.send(WORD);
    await opened;
    const sink = new ScriptedSink(2);
    void relay.pipe(sink);
    expect(source.calls).to.deep.equal([]);
    source.send(WORD);
    source.send(WORD);
    expect(source.calls).to.deep.equal(['pause']);
    sink.drain();
    expect(source.calls).to.deep.equal(['pause', 'resume']);
  });

  it('does not pause a connection whose stream is over, since the next request uses it', async () => {
    const opened = relay.open();
    source.send(WORD + END);
    source.body?.end();
    await opened;
    await relay.pipe(new ScriptedSink(0));
    expect(source.calls).to.deep.equal([]);
  });

  it('fails once: nothing that follows a failure reaches the caller', async () => {
    const opened = relay.open();
    source.send(WORD);
    await opened;
    const sink = new ScriptedSink();
    const piped = failureOf(relay.pipe(sink));
    source.send(`data: ${JSON.stringify({ error: { message: 'overheated' } })}\n\n`);
    source.send(WORD);
    source.body?.error(new Error('late'));
    source.body?.end();
    expect(await piped).to.equal('an error instead of an answer');
    expect(sink.written).to.deep.equal([WORD]);
    expect(source.calls).to.deep.equal(['abort: an error instead of an answer']);
  });

  it('fails to open without an answer, and the caller sees nothing', async () => {
    const opened = failureOf(relay.open());
    source.send(': comment\n\n');
    source.body?.end();
    expect(await opened).to.equal('an empty answer');
  });

  it('stops a provider that sends silence without end', async () => {
    const opened = failureOf(relay.open());
    const silence = `:${'x'.repeat(64 * 1024)}\n\n`;
    for (let count = 0; count < 20; count++) source.send(silence);
    expect(await opened).to.equal('too much data without an answer in it');
    expect(source.calls).to.have.length(1);
  });

  it('reports the usage so far and the text so far', async () => {
    const opened = relay.open();
    source.send(WORD);
    await opened;
    expect({ usage: relay.usage, textBytes: relay.textBytes }).to.deep.equal({ usage: undefined, textBytes: 4 });
    source.send(chunk({ content: ' grüße' }, null, { usage: { prompt_tokens: 7, completion_tokens: 3 } }));
    expect(relay.usage).to.deep.equal({ input: 7, output: 3 });
    expect(relay.textBytes).to.equal(4 + Buffer.byteLength(' grüße'));
  });
});
