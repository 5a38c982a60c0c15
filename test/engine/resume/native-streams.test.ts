import { expect } from 'chai';
import fc from 'fast-check';
import { type Answerer, chunk, hangUp, reply, stream } from '../../scripted-upstream.js';
import {
  ask,
  DIALECTS,
  MESSAGES,
  type NativeDialect,
  nativeBeginning,
  RESPONSES,
  type Understood,
} from '../stream/native-dialects.js';
import {
  BEGUN,
  endFrames,
  frame,
  RESUME_STYLES,
  type ResumeStyle,
  ROLE,
  resuming,
  Stage,
  startOf,
  TEXT,
  textFrame,
  textFrames,
} from '../stream/stage.js';

const CALL = {
  index: 0,
  id: 'call_of_another',
  type: 'function',
  function: { name: 'read', arguments: '{"path":"b"}' },
};

const CALLING = [ROLE, chunk({ tool_calls: [CALL] }), ...endFrames('tool_calls')];

/** Continues the text, and then calls a tool. */
const continuingWithCall: Answerer = (res, request) =>
  stream([
    ROLE,
    ...textFrames(TEXT.slice(startOf(request, 'repeats the last words'))),
    chunk({ tool_calls: [CALL] }),
    ...endFrames('tool_calls'),
  ])(res, request);

describe('A stream in the protocol of the caller that breaks off', () => {
  let stage: Stage;

  const start = async (answerers: readonly Answerer[], ...speaks: readonly (readonly string[])[]): Promise<void> => {
    stage = await Stage.set(answerers, { speaks, pace: { tailMs: 30 } });
  };

  const read = async (dialect: NativeDialect): Promise<Understood & { readonly bytes: string }> => {
    const bytes = await (await ask(stage, dialect)).text();
    return { ...dialect.read(bytes), bytes };
  };

  afterEach(() => stage.close());

  for (const dialect of DIALECTS) {
    const both = ['chat', dialect.name];
    const begun = nativeBeginning(dialect, BEGUN);
    const id = dialect === RESPONSES ? 'resp_native1' : 'msg_native12345';

    describe(dialect.name, () => {
      for (const style of RESUME_STYLES) {
        it(`is continued by a target that speaks only chat and ${style}`, async () => {
          await start([stream(begun, 'cut'), resuming(style)], both, ['chat']);
          const { bytes, ...understood } = await read(dialect);
          expect(understood).to.deep.equal({ text: TEXT, calls: [], kinds: [kindOfText(dialect)], id });
          expect(bytes.startsWith(begun.join(''))).to.equal(true);
          expect((await stage.outcome()).resumed).to.equal(1);
        });
      }

      it('is continued by a target that speaks the protocol too, which is asked in chat', async () => {
        await start([stream(begun, 'cut'), resuming('repeats the last words')], both, both);
        expect(await read(dialect)).to.deep.include({ text: TEXT, id });
        expect(stage.upstreams[1]?.received.map(({ path }) => path)).to.deep.equal(['/v1/chat/completions']);
      });

      it('is not continued by a target that does not speak chat', async () => {
        await start(
          [stream(begun, 'cut'), reply(500, 'not asked'), resuming('starts over')],
          both,
          [dialect.name],
          ['chat'],
        );
        expect(await read(dialect)).to.deep.include({ text: TEXT, id });
        expect(stage.requestCounts).to.deep.equal([1, 0, 1]);
      });

      it('may have begun as a translated chat completion: then the next target is asked in chat', async () => {
        await start([stream([ROLE, ...textFrames(BEGUN)], 'cut'), resuming('repeats the last words')], ['chat'], both);
        const { bytes, ...understood } = await read(dialect);
        expect(understood).to.deep.include({ text: TEXT, kinds: [kindOfText(dialect)] });
        expect(bytes).not.to.include('native');
        expect(stage.upstreams[1]?.received.map(({ path }) => path)).to.deep.equal(['/v1/chat/completions']);
      });

      it('may break off twice', async () => {
        await start(
          [stream(begun, 'cut'), resuming('repeats the last words', 180), resuming('starts over')],
          both,
          both,
          both,
        );
        expect(await read(dialect)).to.deep.include({ text: TEXT, id });
        expect((await stage.outcome()).resumed).to.equal(2);
      });

      it('goes on after an error event of the provider, which the caller does not see', async () => {
        await start([stream([...begun, dialect.error]), resuming('repeats the last words')], both, ['chat']);
        const { bytes, text } = await read(dialect);
        expect(text).to.equal(TEXT);
        expect(bytes).not.to.include('Overloaded for now');
        const [first] = (await stage.outcome()).attempts;
        expect(first?.failure?.message).to.include('Overloaded for now');
      });

      it('keeps its reasoning, and closes it', async () => {
        const frames = [...dialect.begin, ...dialect.reasoning, ...dialect.beginText(1), ...dialect.text(BEGUN, 1)];
        await start([stream(frames, 'cut'), resuming('repeats the last words')], both, ['chat']);
        const { bytes, kinds, text } = await read(dialect);
        expect(text).to.equal(TEXT);
        expect(kinds).to.have.length(2);
        expect(bytes.startsWith(frames.join(''))).to.equal(true);
      });

      it('is continued after reasoning that has no end', async () => {
        const inReasoning = [...dialect.begin, ...dialect.reasoning.slice(0, dialect === RESPONSES ? 3 : 2)];
        await start([stream(inReasoning, 'cut'), stream([ROLE, ...textFrames(TEXT), ...endFrames()])], both, ['chat']);
        const { kinds, text, bytes } = await read(dialect);
        expect(text).to.equal(TEXT);
        expect(kinds).to.deep.equal([dialect === RESPONSES ? 'reasoning' : 'thinking', kindOfText(dialect)]);
        expect(bytes.startsWith(inReasoning.join(''))).to.equal(true);
      });

      it('is continued after a text that is over', async () => {
        const frames = [...nativeBeginning(dialect, BEGUN), ...dialect.endText(BEGUN, 0)];
        await start([stream(frames, 'cut'), resuming('repeats the last words')], both, ['chat']);
        const { kinds, text, bytes } = await read(dialect);
        expect(text).to.equal(TEXT);
        expect(kinds).to.deep.equal([kindOfText(dialect), kindOfText(dialect)]);
        expect(bytes.startsWith(frames.join(''))).to.equal(true);
      });

      it('has the call of the second target alone if it breaks inside a call behind its text', async () => {
        const call = dialect.call(1);
        const frames = [...nativeBeginning(dialect, BEGUN), ...dialect.endText(BEGUN, 0)];
        await start([stream([...frames, ...call.begin], 'cut'), stream(CALLING)], both, ['chat']);
        const { calls, text, bytes } = await read(dialect);
        expect(text).to.equal(BEGUN);
        expect(calls).to.deep.equal(['read {"path":"b"}']);
        expect(bytes).not.to.include('call_native').and.not.to.include('toolu_native');
        expect(bytes.startsWith(frames.join(''))).to.equal(true);
      });

      it('may end with a call of the second target', async () => {
        await start([stream(begun, 'cut'), continuingWithCall], both, ['chat']);
        expect(await read(dialect)).to.deep.include({ text: TEXT, calls: ['read {"path":"b"}'], id });
      });

      it('reports what both targets cost', async () => {
        const withUsage: Answerer = (res, request) =>
          stream([
            ROLE,
            ...textFrames(TEXT.slice(startOf(request, 'repeats the last words'))),
            chunk({}, 'stop'),
            frame({ choices: [], usage: { prompt_tokens: 50, completion_tokens: 7, total_tokens: 57 } }),
            ...endFrames().slice(1),
          ])(res, request);
        await start([stream(begun, 'cut'), withUsage], both, ['chat']);
        const { bytes } = await read(dialect);
        const { usage } = await stage.outcome();
        expect(usage?.output).to.be.greaterThan(7 + 20);
        expect(bytes).to.include(`"output_tokens":${usage?.output}`);
      });

      it('ends with an error of the protocol if nothing continues it', async () => {
        const other: Answerer = stream([ROLE, textFrame('Something else entirely, as it seems.'), ...endFrames()]);
        await start([stream(begun, 'cut'), other], both, ['chat']);
        const bytes = await (await ask(stage, dialect)).text();
        expect(dialect.read(bytes, false).text).to.equal(BEGUN);
        expect(bytes.startsWith(begun.join(''))).to.equal(true);
      });
    });
  }

  it('is coherent wherever it is cut', async () => {
    const cuts = fc.record({
      dialect: fc.constantFrom(...DIALECTS),
      reasons: fc.boolean(),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      style: fc.constantFrom<ResumeStyle>(...RESUME_STYLES),
    });
    await start([hangUp]);
    await fc.assert(
      fc.asyncProperty(cuts, async ({ dialect, reasons, at, style }) => {
        await stage.close();
        const place = reasons ? 1 : 0;
        const frames = [
          ...dialect.begin,
          ...(reasons ? dialect.reasoning : []),
          ...dialect.beginText(place),
          ...dialect.text(TEXT, place),
          ...dialect.endText(TEXT, place),
        ].join('');
        const bytes = Buffer.from(frames);
        const cut = bytes.subarray(0, Math.floor(at * bytes.length));
        await start([stream([cut], 'cut'), resuming(style)], ['chat', dialect.name], ['chat']);
        const text = await (await ask(stage, dialect)).text();
        const { status } = await stage.outcome();
        // Near its end, no words are left that prove anything.
        expect(dialect.read(text, status === 200).text.slice(0, TEXT.length)).to.equal(
          status === 200 ? TEXT : TEXT.slice(0, dialect.read(text, false).text.length),
        );
      }),
      { numRuns: 12 },
    );
  });
});

const kindOfText = ({ name }: NativeDialect): string => (name === MESSAGES.name ? 'text' : 'message');
