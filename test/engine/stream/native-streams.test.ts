import { expect } from 'chai';
import { RawCaller } from '../../network/raw-caller.js';
import { type Answerer, hangUp, reply, type ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';
import { ask, DIALECTS, MESSAGES, nativeBeginning, nativeStream, RESPONSES } from './native-dialects.js';
import { frame, Stage, wholeStream } from './stage.js';

const TEXT = 'Grüße aus der Küche, 🌊 and back.';

describe('A stream in the protocol of the caller', () => {
  let stage: Stage;

  const start = async (answerers: readonly Answerer[], ...speaks: readonly (readonly string[])[]): Promise<void> => {
    stage = await Stage.set(answerers, { speaks, pace: { tailMs: 30 } });
  };

  afterEach(() => stage.close());

  for (const dialect of DIALECTS) {
    const both = ['chat', dialect.name];

    describe(dialect.name, () => {
      it('passes as it came: comments, pings, line ends, reasoning and calls included', async () => {
        const call = dialect.call(2);
        const frames = [
          ': hello\n\n',
          ...dialect.begin,
          ...dialect.reasoning,
          ...dialect.beginText(1),
          ...dialect.text(TEXT, 1),
          ': a comment in between\n\n',
          ...dialect.endText(TEXT, 1),
          ...call.begin,
          ...call.end,
          ...dialect.end(TEXT, true),
        ];
        const crlf = frames.map((each, at) => (at % 3 === 0 ? each.replaceAll('\n', '\r\n') : each)).join('');
        // Torn anywhere, also inside a character.
        const bytes = Buffer.from(crlf);
        const torn = Array.from({ length: Math.ceil(bytes.length / 97) }, (_, at) =>
          bytes.subarray(at * 97, (at + 1) * 97),
        );
        await start([stream(torn)], both);
        const response = await ask(stage, dialect);
        expect(response.headers.get('content-type')).to.match(/^text\/event-stream/);
        expect(await response.text()).to.equal(crlf);
        const { usage, status, firstTokenMs, attempts } = await stage.outcome();
        expect(usage).to.deep.equal({ input: 111, output: 9, cached: 30, estimated: false });
        expect(status).to.equal(200);
        expect(firstTokenMs).to.be.a('number');
        expect(attempts).to.have.length(1);
      });

      it('passes with what a gateway puts behind its end', async () => {
        const frames = [...nativeStream(dialect, TEXT), 'data: [DONE]\n\n'].join('');
        await start([stream([frames])], both);
        expect(await (await ask(stage, dialect)).text()).to.equal(frames);
      });

      it('is over with its last event, also if the connection stays open', async () => {
        const frames = nativeStream(dialect, TEXT).join('');
        await start([stream([frames], 'hang')], both);
        expect(await (await ask(stage, dialect)).text()).to.equal(frames);
        expect((await stage.outcome()).status).to.equal(200);
      });

      it('comes from the next target, as a translated chat completion, if it breaks before its first word', async () => {
        const failures: Answerer[] = [
          hangUp,
          stream([...dialect.begin, ...dialect.beginText(0)], 'cut'),
          stream([...dialect.begin, dialect.error]),
          stream(dialect.begin),
          stream([...dialect.begin, frame('not JSON').replaceAll('"', '')]),
          reply(500, dialect.refusal('api_error', 'broken')),
        ];
        await start([...failures.slice(0, 4), stream([wholeStream(TEXT)])], both, both, both, both, ['chat']);
        const first = await (await ask(stage, dialect)).text();
        expect(dialect.read(first).text).to.equal(TEXT);
        expect(first).not.to.include('native');
        expect(first).not.to.include('theirs');
        await stage.close();
        await start([...failures.slice(4), stream([wholeStream(TEXT)])], both, both, ['chat']);
        expect(dialect.read(await (await ask(stage, dialect)).text()).text).to.equal(TEXT);
      });

      it('passes as it came from the second target if the first, which speaks chat, breaks before its first word', async () => {
        const frames = nativeStream(dialect, TEXT).join('');
        await start([stream([wholeStream('').slice(0, 90)], 'cut'), stream([frames])], ['chat'], both);
        expect(await (await ask(stage, dialect)).text()).to.equal(frames);
      });

      it('shows nothing of a call that breaks off: the next target gives the answer', async () => {
        const broken = [...dialect.begin, ...dialect.call(0).begin];
        await start([stream(broken, 'cut'), stream([wholeStream(TEXT)])], both, both);
        const text = await (await ask(stage, dialect)).text();
        expect(dialect.read(text)).to.deep.include({ text: TEXT, calls: [] });
        expect(text).not.to.include('call_native').and.not.to.include('toolu_native');
      });

      for (const [what, rest, end] of [
        ['an error', [dialect.error], 'end'],
        ['a cut', [], 'cut'],
        ['an end that comes too early', [], 'end'],
      ] as const) {
        it(`ends with an error of the protocol if it breaks with ${what} and no target goes on`, async () => {
          await start([stream([...nativeBeginning(dialect, TEXT), ...rest], end)], both);
          const text = await (await ask(stage, dialect)).text();
          expect(dialect.read(text, false).text).to.equal(TEXT);
          expect(text).not.to.include(dialect.error);
          const { status, usage } = await stage.outcome();
          expect(status).to.equal(502);
          expect(usage?.estimated).to.equal(true);
          expect(usage?.output).to.be.within(5, 15);
        });
      }

      it('ends the exchange when the caller leaves', async () => {
        await start([stream(nativeBeginning(dialect, TEXT), 'hang')], both);
        const leaving = new AbortController();
        const response = await fetch(`${stage.proxy.address}/v1${dialect.path}`, {
          method: 'POST',
          headers: { authorization: 'Bearer test-key-of-the-proxy', 'content-type': 'application/json' },
          body: JSON.stringify({ ...dialect.asked, stream: true }),
          signal: leaving.signal,
        });
        await response.body?.getReader().read();
        leaving.abort();
        const [upstream] = stage.upstreams as [ScriptedUpstream];
        await upstream.received[0]?.aborted;
        expect((await stage.outcome()).status).to.equal(499);
      });

      it('keeps the text for plugins that ask for it', async () => {
        const plugin = `export default { name: 'keeps', apply(api) { api.captureContent(); } }`;
        stage = await Stage.set([stream(nativeStream(dialect, TEXT))], { speaks: [both], plugin });
        await (await ask(stage, dialect)).text();
        expect((await stage.outcome()).content?.().answer).to.equal(TEXT);
      });
    });
  }

  it('may lack its last event after an end that means something', async () => {
    const frames = nativeStream(MESSAGES, TEXT).slice(0, -1);
    await start([stream(frames, 'cut')], ['chat', 'messages']);
    const text = await (await ask(stage, MESSAGES)).text();
    expect(text.startsWith(frames.join(''))).to.equal(true);
    expect(MESSAGES.read(text).text).to.equal(TEXT);
  });

  it('is a chat completion for a caller that speaks chat, whatever its provider speaks', async () => {
    await start([stream([wholeStream(TEXT)])], ['chat', 'responses', 'messages']);
    const raw = new RawCaller(stage.proxy.address);
    expect((await raw.answer()).body.toString()).to.equal(wholeStream(TEXT));
  });

  it('passes searches of the provider, and cannot be continued behind them', async () => {
    const { begin } = RESPONSES;
    const search = frame(
      {
        type: 'response.output_item.added',
        sequence_number: 2,
        output_index: 0,
        item: { type: 'web_search_call', id: 'ws_1' },
      },
      'response.output_item.added',
    );
    const frames = [...begin, search];
    await start([stream(frames, 'cut'), stream([wholeStream(TEXT)])], ['chat', 'responses'], ['chat']);
    const text = await (await ask(stage, RESPONSES)).text();
    expect(text.startsWith(frames.join(''))).to.equal(true);
    expect(text).to.match(/event: error\n.*"sequence_number":3.*\n\nevent: response.failed\n.*"sequence_number":4/);
    expect(stage.requestCounts).to.deep.equal([1, 0]);
  });

  it('waits no longer than a stream of chat does', async () => {
    stage = await Stage.set([stream([...MESSAGES.begin], 'hang'), stream([wholeStream(TEXT)])], {
      speaks: [['chat', 'messages'], ['chat']],
      chain: { timeouts: { firstToken: '100ms' } },
    });
    expect(MESSAGES.read(await (await ask(stage, MESSAGES)).text()).text).to.equal(TEXT);
    await until(() => stage.outcomes.length > 0);
    expect((await stage.outcome()).attempts[0]?.failure?.message).to.include('no first token');
  });
});
