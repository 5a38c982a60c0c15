import { expect } from 'chai';
import type { Outcome } from '../../../src/plugin/index.js';
import { RawCaller } from '../../network/raw-caller.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { runs } from '../../runs.js';
import { type Answerer, answer, chunk, DONE, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { Random } from '../../simulator/random.js';

const CUTS = runs(500, 60);
const CUTS_IN_CALLS = runs(150, 20);
/** Of each style that can be resumed everywhere. A third of the cuts is in each style. */
const LEAST_RESUMED = CUTS * 0.32;

/** How a target continues an answer. */
type ResumeStyle = 'repeats the last words' | 'starts over' | 'continues';

const STYLES: readonly ResumeStyle[] = ['repeats the last words', 'starts over', 'continues'];

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A whole answer. */
interface Whole {
  readonly text: string;
  readonly calls: readonly Call[];
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzäéß';

const integer = (random: Random, least: number, most: number): number => Math.floor(random.between([least, most + 1]));

const wordOf = (random: Random): string =>
  Array.from({ length: integer(random, 1, 9) }, () => LETTERS[integer(random, 0, LETTERS.length - 1)]).join('');

const proseOf = (random: Random, words: number): string =>
  Array.from({ length: words }, () => wordOf(random) + random.pick([' ', ' ', ' ', ', ', '.\n\n', ' “', '” 🌊 '])).join(
    '',
  );

const wholeOf = (random: Random, calling: boolean): Whole => ({
  text: calling && random.next() < 0.5 ? '' : proseOf(random, integer(random, 8, 60)),
  calls: calling
    ? Array.from({ length: integer(random, 1, 2) }, (_, index) => ({
        id: `call_${index}`,
        name: 'write_file',
        arguments: JSON.stringify({ path: wordOf(random), text: proseOf(random, 20), deep: [{ n: 1 }] }),
      }))
    : [],
});

const piecesOf = (text: string): string[] => text.match(/.{1,7}/gs) ?? [];

/** Returns an answer's frames as a provider sends them. */
const framesOf = (text: string, calls: readonly Call[]): string[] => [
  chunk({ role: 'assistant', content: '' }),
  ...piecesOf(text).map((content) => chunk({ content })),
  ...calls.flatMap(({ id, name, arguments: whole }, index) => [
    chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
    ...piecesOf(whole).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
  ]),
  chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
  DONE,
];

/** A target that knows the whole answer and continues it in this style, as far as the request allows. */
const continuing =
  ({ text, calls }: Whole, style: ResumeStyle): Answerer =>
  (res, request) => {
    const messages = request.body.messages as { role: string; content: string }[];
    const begun = messages.findLast(({ role }) => role === 'assistant')?.content ?? '';
    const ask = messages.at(-1)?.content ?? '';
    const lastWords = begun === '' ? '' : ask.slice(ask.indexOf('---\n') + 4);
    expect(`${begun}${text.slice(begun.length).match(/^\s*/)?.[0]}${lastWords}`).to.satisfy((sent: string) =>
      text.startsWith(sent),
    );
    const starts = {
      'starts over': 0,
      continues: begun.length,
      'repeats the last words': text.indexOf(lastWords, begun.length),
    };
    const from = starts[style];
    return stream(framesOf(text.slice(from), calls))(res, request);
  };

/** What the SDK made of the stream. */
interface SdkResult {
  readonly text: string;
  readonly calls: Call[];
  readonly failed: boolean;
}

describe('A stream that breaks', () => {
  let one: ScriptedUpstream;
  let two: ScriptedUpstream;
  let proxy: RunningProxy;

  beforeEach(async () => {
    [one, two] = [await ScriptedUpstream.start(), await ScriptedUpstream.start()];
    proxy = await startProxy(chainOver([one, two], { timeouts: { firstToken: '2s' } }));
  });

  afterEach(() => Promise.all([proxy.close(), one.close(), two.close()]));

  const read = async (): Promise<SdkResult> => {
    const calls: Call[] = [];
    let text = '';
    try {
      const parts = await proxy.client.chat.completions.create({ model: 'x', messages: [...HELLO], stream: true });
      for await (const { choices } of parts) {
        text += choices[0]?.delta.content ?? '';
        for (const { index, id, function: called } of choices[0]?.delta.tool_calls ?? []) {
          const known = calls[index];
          calls[index] = {
            id: known?.id ?? id ?? '',
            name: known?.name ?? called?.name ?? '',
            arguments: (known?.arguments ?? '') + (called?.arguments ?? ''),
          };
        }
      }
      return { text, calls, failed: false };
    } catch {
      return { text, calls, failed: true };
    }
  };

  it(`loses and doubles no character in ${CUTS} random cuts, ${CUTS_IN_CALLS} of them inside tool calls (pitfall 31: the text started over)`, async () => {
    const random = new Random(429, 'cuts');
    const resumed = Object.fromEntries(STYLES.map((style) => [style, 0]));
    let inCalls = 0;
    for (let index = 0; index < CUTS; index++) {
      const calling = index < CUTS_IN_CALLS;
      const style = STYLES[index % STYLES.length] as ResumeStyle;
      const whole = wholeOf(random, calling);
      const frames = framesOf(whole.text, whole.calls);
      const bytes = Buffer.from(frames.join(''));
      const first = calling ? bytes.indexOf('"tool_calls"') : (frames[0]?.length ?? 0) + (frames[1]?.length ?? 0);
      const cut = integer(random, first + 1, bytes.indexOf('"finish_reason":"'));
      // A target that has just served does not cool down for one break.
      one.script(answer('whole'), stream([bytes.subarray(0, cut)], random.pick(['cut', 'end'])));
      two.always(continuing(whole, style));
      expect((await read()).text).to.equal('whole');
      const { text, calls, failed } = await read();
      if (failed) {
        expect(whole.text.startsWith(text), text).to.equal(true);
        expect(calls).to.deep.equal([]);
        continue;
      }
      expect(text, `${style}, cut at ${cut} of ${bytes.length}`).to.equal(whole.text);
      expect(calls).to.deep.equal(whole.calls);
      resumed[style] = (resumed[style] ?? 0) + 1;
      if (calling) inCalls++;
    }
    const all = Object.values(resumed).reduce((sum, count) => sum + count, 0);
    console.log(`      resumed: ${all} of ${CUTS} (${inCalls} of ${CUTS_IN_CALLS} in tool calls)`, resumed);
    expect(inCalls).to.equal(CUTS_IN_CALLS);
    expect(resumed['starts over']).to.be.greaterThan(LEAST_RESUMED);
    expect(resumed['repeats the last words']).to.be.greaterThan(LEAST_RESUMED);
  });

  const text = 'The sea was calm that morning, and the old harbour smelled of salt and tar, as it always did.';
  const begun = framesOf(text.slice(0, 50), []).slice(0, -2);

  it('twice in a row at the same target makes that target cool down', async () => {
    one.always(stream(begun, 'cut'));
    two.always(continuing({ text, calls: [] }, 'continues'));
    expect((await read()).text).to.equal(text);
    expect((await read()).text).to.equal(text);
    two.always(answer('from the second'));
    expect((await read()).text).to.equal('from the second');
    expect(one.received).to.have.length(2);
  });

  it('is resumed when a page comes instead of a frame', async () => {
    one.always(stream([...begun, 'data: <html><title>502 Bad Gateway</title></html>\n\n'], 'hang'));
    two.always(continuing({ text, calls: [] }, 'continues'));
    expect(await read()).to.deep.equal({ text, calls: [], failed: false });
  });

  it('because of its content is not resumed by default', async () => {
    const refusal = { error: { message: 'The content was filtered', code: 'content_filter' } };
    one.always(stream([...begun, `data: ${JSON.stringify(refusal)}\n\n`]));
    two.always(continuing({ text, calls: [] }, 'continues'));
    const { text: seen, failed } = await read();
    expect({ seen, failed }).to.deep.equal({ seen: text.slice(0, 50), failed: true });
    expect(two.received).to.have.length(0);
  });

  it('at a target whose name does not fit into a comment is still resumed', async () => {
    one.script(stream(begun, 'cut')).always(continuing({ text, calls: [] }, 'continues'));
    const response = await proxy.post(`{"model":"one/\\ud800","stream":true,"messages":${JSON.stringify(HELLO)}}`);
    expect(await response.text()).to.contain('[DONE]');
    await proxy.app.runtime.waterfall.idle();
  });

  it('at [DONE] because the caller closed it is whole, and costs what the provider reported', async () => {
    const usage = { prompt_tokens: 5, completion_tokens: 3 };
    one.always(stream([...begun, chunk({}, 'stop', { usage }), DONE], 'hang'));
    const outcomes: Outcome[] = [];
    proxy.app.runtime.host.hooks.afterResponse.tap('test', (outcome) => void outcomes.push(outcome));
    const caller = new RawCaller(proxy.address);
    await caller.sees('[DONE]');
    caller.leave();
    await proxy.app.runtime.waterfall.idle();
    expect(outcomes.map(({ status }) => status)).to.deep.equal([200]);
    expect(outcomes[0]?.usage).to.deep.equal({ input: 5, output: 3, estimated: false });
  });

  it('in no way, but stays open after [DONE], ends all the same', async () => {
    one.always(stream([...begun, chunk({}, 'stop'), DONE], 'hang'));
    expect(await read()).to.deep.equal({ text: text.slice(0, 50), calls: [], failed: false });
    await one.received[0]?.aborted;
  });
});
