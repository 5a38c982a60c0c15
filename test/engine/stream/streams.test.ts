import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import OpenAI from 'openai';
import type { Outcome } from '../../../src/plugin/index.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { RawCaller } from '../../raw-caller.js';
import {
  type Answerer,
  answer,
  chunk,
  completion,
  DONE,
  hangUp,
  MutePort,
  type Received,
  reply,
  ScriptedUpstream,
  silence,
  stream,
} from '../../scripted-upstream.js';
import { until } from '../../until.js';

/** What a chain of these tests asks with; none of it may ever reach a caller. */
const ASKING = 'Weiter, ohne ein Wort davor, genau ab hier: ';

interface Setting {
  readonly chain?: object;
  readonly provider?: object;
  /** Of the configuration, beside providers and chains. */
  readonly more?: object;
  /** JavaScript of a plugin. */
  readonly plugin?: string;
  /** Where the first target is, in place of the first upstream. */
  readonly address?: string | undefined;
}

interface Configuration {
  readonly providers: Readonly<Record<string, object>>;
}

/** A proxy in front of upstreams, with all that it tells of its requests. */
class Stage {
  readonly outcomes: Outcome[] = [];
  readonly upstreams: readonly ScriptedUpstream[];
  readonly proxy: RunningProxy;
  readonly #folder: string;

  private constructor(upstreams: readonly ScriptedUpstream[], proxy: RunningProxy, folder: string) {
    this.upstreams = upstreams;
    this.proxy = proxy;
    this.#folder = folder;
    proxy.app.runtime.host.hooks.afterResponse.tap('test', (outcome) => void this.outcomes.push(outcome));
  }

  /** One upstream for each answerer: what it always says. */
  static async set(answerers: readonly Answerer[], setting: Setting = {}): Promise<Stage> {
    const { chain, provider, more, plugin, address } = setting;
    const upstreams = await Promise.all(answerers.map(async (each) => (await ScriptedUpstream.start()).always(each)));
    const folder = mkdtempSync(join(tmpdir(), '429chain-streams-'));
    const file = join(folder, 'plugin.mjs');
    writeFileSync(file, plugin ?? '');
    const resumeInstruction = `${ASKING}{lastWords}`;
    const configuration = chainOver(upstreams, { resumeInstruction, ...chain }, provider) as Configuration;
    if (address !== undefined) Object.assign(configuration.providers.one ?? {}, { baseUrl: address });
    const options = plugin === undefined ? {} : { plugins: [file] };
    return new Stage(upstreams, await startProxy({ ...configuration, ...more }, options), folder);
  }

  /** A caller whose socket is watched. */
  raw(body: object = {}): RawCaller {
    return new RawCaller(this.proxy.address, body);
  }

  /** How the only request so far ended. */
  async outcome(): Promise<Outcome> {
    await until(() => this.outcomes.length > 0);
    expect(this.outcomes).to.have.length(1);
    return this.outcomes[0] as Outcome;
  }

  get asked(): number[] {
    return this.upstreams.map(({ received }) => received.length);
  }

  /** Of every limit of the first target. */
  get quotas() {
    const { runtime } = this.proxy.app;
    const [target] = runtime.chains.all[0]?.targets ?? [];
    return target === undefined ? [] : runtime.stateOf(target).quotas;
  }

  async close(): Promise<void> {
    await Promise.all([this.proxy.close(), ...this.upstreams.map((upstream) => upstream.close())]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What an SDK made of a stream. */
interface Seen {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly error?: unknown;
}

const readWithSdk = async ({ proxy }: Stage, body: object = {}): Promise<Seen> => {
  const calls: Call[] = [];
  let [text, reasoning] = ['', ''];
  try {
    const parts = await proxy.client.chat.completions.create({
      model: 'default',
      messages: [...HELLO],
      ...body,
      stream: true,
    });
    for await (const { choices } of parts) {
      const delta = choices[0]?.delta as (OpenAI.ChatCompletionChunk.Choice.Delta & { reasoning?: string }) | undefined;
      text += delta?.content ?? '';
      reasoning += delta?.reasoning ?? '';
      for (const { index, id, function: called } of delta?.tool_calls ?? []) {
        const known = calls[index];
        calls[index] = {
          id: known?.id ?? id ?? '',
          name: (known?.name ?? '') + (called?.name ?? ''),
          arguments: (known?.arguments ?? '') + (called?.arguments ?? ''),
        };
      }
    }
    return { text, reasoning, calls };
  } catch (error) {
    return { text, reasoning, calls, error };
  }
};

const event = (data: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;

const TEXT =
  'Once upon a time a keeper lived in a “lighthouse” by the sea, and counted the waves.\n\nEach evening he wrote ' +
  'their number down, 🌊 by 🌊, until the book was full; then he went to the village and bought another one, with ' +
  'a cover of blue leather, and began where the first had ended.';

const ROLE = chunk({ role: 'assistant', content: '' });
const piecesOf = (text: string): string[] => text.match(/.{1,9}/gsu) ?? [];
const said = (content: string): string => chunk({ content });
const spoken = (text: string): string[] => piecesOf(text).map(said);
/** The last that is said of `TEXT`. */
const LAST = spoken(TEXT).at(-1) as string;
const ended = (reason = 'stop'): string[] => [chunk({}, reason), DONE];
const wholeStream = (text: string): string => [ROLE, ...spoken(text), ...ended()].join('');

const END_OF_STREAM = ended().join('');

/** How a target goes on. */
type Manner = 'repeats the last words' | 'goes on from what it was shown' | 'begins again';
const MANNERS: readonly Manner[] = ['repeats the last words', 'goes on from what it was shown', 'begins again'];

/** Where a target begins in `TEXT` that was asked like this. */
const beginOf = ({ body }: Received, manner: Manner): number => {
  const messages = body.messages as { role: string; content: string }[];
  const begun = messages.findLast(({ role }) => role === 'assistant')?.content;
  if (begun === undefined || manner === 'begins again') return 0;
  expect(TEXT.startsWith(begun), begun).to.equal(true);
  if (manner === 'goes on from what it was shown') return begun.length;
  const asked = messages.at(-1)?.content ?? '';
  expect(asked.startsWith(ASKING), asked).to.equal(true);
  return TEXT.indexOf(asked.slice(ASKING.length), begun.length);
};

/** Knows the whole text, and tells it from where it was asked to: to its end, or only as far as `until`, where it breaks. */
const teller =
  (manner: Manner, to?: number, how: 'end' | 'cut' | 'hang' = 'cut'): Answerer =>
  (res, request) => {
    const rest = spoken(TEXT.slice(beginOf(request, manner), to));
    return stream([ROLE, ...rest, ...(to === undefined ? ended() : [])], to === undefined ? 'end' : how)(res, request);
  };

describe('Streams', () => {
  let stage: Stage;
  let others: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    await Promise.all([stage.close(), ...others.map((other) => other.close())]);
    others = [];
  });

  describe('before the first token every failure falls to the next target, and the caller sees nothing of it', () => {
    interface Cause {
      readonly cause: string;
      readonly first?: Answerer;
      /** In place of the first upstream: an address where none is. */
      readonly address?: () => Promise<string>;
      readonly class?: string;
      readonly says: RegExp;
      readonly prevents?: string;
    }

    const ERROR = { error: { message: 'no capacity', type: 'x', code: 'y' } };
    const COMMENT = ': OPENROUTER PROCESSING\n\n';
    const AT_THE_STATUS_LINE = 'pitfall 25: committed at the status line';
    const HANDED_ON = 'pitfall 18: an error under 200 handed on as an answer';

    /** An address at which nobody listens. */
    const nowhere = async (): Promise<string> => {
      const upstream = await ScriptedUpstream.start();
      const { baseUrl } = upstream;
      await upstream.close();
      return baseUrl;
    };

    const mute = async (): Promise<string> => {
      const port = await MutePort.open();
      others.push(port);
      return port.baseUrl;
    };

    const CAUSES: readonly Cause[] = [
      { cause: 'a refusal 429', first: reply(429, ERROR, { 'retry-after': '9' }), class: 'rate_limit', says: /no cap/ },
      { cause: 'a refusal 500', first: reply(500, ERROR), says: /no capacity/ },
      { cause: 'a refusal 503', first: reply(503, 'busy'), class: 'overloaded', says: /busy/ },
      { cause: 'a connection refused', address: nowhere, says: /refused/ },
      { cause: 'a connection without a handshake', address: mute, says: /no connection in time/ },
      { cause: 'a hang-up', first: hangUp, says: /connection broke/ },
      { cause: 'no headers', first: silence, says: /no first token within 0.4 s/ },
      { cause: 'headers, then silence', first: stream([], 'hang'), says: /no first/, prevents: AT_THE_STATUS_LINE },
      { cause: 'headers, then a cut', first: stream([], 'cut'), says: /broke/, prevents: AT_THE_STATUS_LINE },
      { cause: 'comments, then the end', first: stream([COMMENT, COMMENT]), says: /an empty answer/ },
      { cause: 'comments, then silence', first: stream([COMMENT, COMMENT], 'hang'), says: /no first token/ },
      { cause: 'an error frame first', first: stream([event(ERROR)]), says: /no cap/, prevents: AT_THE_STATUS_LINE },
      { cause: 'an error frame behind comments', first: stream([COMMENT, event(ERROR)], 'hang'), says: /no capacity/ },
      { cause: '`event: error`', first: stream([event({ message: 'overheated' }, 'error')]), says: /overheated/ },
      { cause: 'an error frame without its blank line', first: stream([event(ERROR).trim()]), says: /no capacity/ },
      { cause: 'an error body under 200', first: reply(200, ERROR), says: /no capacity/, prevents: HANDED_ON },
      { cause: 'a list with an error under 200', first: reply(200, [ERROR]), says: /no capacity/, prevents: HANDED_ON },
      {
        cause: 'HTML under 200',
        first: reply(200, '<html><title>Sorry</title></html>', { 'content-type': 'text/html' }),
        says: /an HTML page: Sorry/,
        prevents: HANDED_ON,
      },
      { cause: 'an empty stream', first: stream([]), says: /an empty answer/ },
      { cause: '[DONE] only', first: stream([DONE]), says: /an empty answer/ },
      { cause: 'an end without text', first: stream([ROLE, ...ended()]), says: /an empty answer/ },
      { cause: 'the role, then a cut', first: stream([ROLE], 'cut'), says: /broke/, prevents: AT_THE_STATUS_LINE },
      {
        cause: 'the role, then silence',
        first: stream([ROLE], 'hang'),
        says: /no first/,
        prevents: AT_THE_STATUS_LINE,
      },
      {
        cause: 'half a frame, then the end',
        first: stream([ROLE, chunk({ content: 'x' }).slice(0, 40)]),
        says: /an empty answer/,
      },
      {
        cause: 'an encoding that nobody asked for',
        first: stream(['\x1f\x8b'], 'hang', { 'content-encoding': 'gzip' }),
        says: /gzip/,
      },
    ];

    for (const { cause, first = silence, address, class: expected = 'server_error', says, prevents } of CAUSES) {
      it(`${cause}${prevents === undefined ? '' : ` (${prevents})`}`, async () => {
        const elsewhere = await address?.();
        const timeouts = { connect: '300ms', firstToken: elsewhere === undefined ? '400ms' : '10s' };
        const second = stream([wholeStream('from the second')]);
        stage = await Stage.set([first, second], { chain: { timeouts }, address: elsewhere });
        const { status, headers, body, whole } = await stage.raw().answer();
        expect(body.toString()).to.equal(wholeStream('from the second'));
        expect({ status, whole }).to.deep.equal({ status: 200, whole: true });
        expect(headers).to.include({ 'x-429chain-target': 'two/a-model', 'x-429chain-attempts': '2' });
        const { attempts, resumed } = await stage.outcome();
        expect(attempts.map(({ failure }) => failure?.class)).to.deep.equal([expected, undefined]);
        expect(attempts[0]?.failure?.message).to.match(says);
        expect(resumed).to.equal(0);
      });
    }
  });

  describe('a stream that breaks after its first token is taken up at a proven seam', () => {
    interface Break {
      readonly how: string;
      /** Follows what was said so far. */
      readonly last: readonly (string | Buffer)[];
      readonly end: 'end' | 'cut' | 'hang';
      readonly says: RegExp;
      readonly class?: string;
      readonly headers?: Record<string, string>;
    }

    const BEGUN = TEXT.slice(0, 130);
    const torn = Buffer.from(chunk({ content: 'and 🌊' }));

    const BREAKS: readonly Break[] = [
      { how: 'the connection is cut', last: [], end: 'cut', says: /the connection broke/ },
      { how: 'the connection is cut in a frame', last: [torn.subarray(0, 60)], end: 'cut', says: /connection broke/ },
      { how: 'it ends without a reason', last: [], end: 'end', says: /cut off before its end/ },
      {
        how: 'it ends inside a sign',
        last: [torn.subarray(0, torn.indexOf('🌊') + 2)],
        end: 'end',
        says: /cut off before its end/,
      },
      { how: 'it stalls', last: [], end: 'hang', says: /no further chunk within 0.3 s/ },
      { how: 'an error frame', last: [event({ error: { message: 'overheated' } })], end: 'hang', says: /overheated/ },
      {
        how: 'an error frame, and a [DONE] behind it',
        last: [event({ error: { message: 'overheated' } }), DONE],
        end: 'end',
        says: /overheated/,
      },
      { how: '`event: error`', last: [event({ message: 'overheated' }, 'error')], end: 'hang', says: /overheated/ },
      { how: 'the finish reason "error"', last: [chunk({}, 'error')], end: 'hang', says: /with the reason ..?error/ },
    ];

    const breaking = ({ last, end }: Break, text = BEGUN): Answerer => stream([ROLE, ...spoken(text), ...last], end);

    const QUICK = { timeouts: { idle: '300ms' } };

    for (const broken of BREAKS) {
      for (const manner of MANNERS) {
        it(`${broken.how}; the next target ${manner}`, async () => {
          stage = await Stage.set([breaking(broken), teller(manner)], { chain: QUICK });
          const { text, error } = await readWithSdk(stage);
          expect(text).to.equal(TEXT);
          expect(error).to.equal(undefined);
          const { status, resumed, attempts, servedBy } = await stage.outcome();
          expect({ status, resumed, servedBy: servedBy?.id }).to.deep.equal({
            status: 200,
            resumed: 1,
            servedBy: 'two/a-model',
          });
          expect(attempts.map(({ attempt, failure }) => [attempt.target.id, failure?.class])).to.deep.equal([
            ['one/a-model', broken.class ?? 'server_error'],
            ['two/a-model', undefined],
          ]);
          expect(attempts[0]?.failure?.message).to.match(broken.says);
        });
      }
    }

    for (const broken of BREAKS) {
      it(`${broken.how}; the same target goes on where there is no other`, async () => {
        stage = await Stage.set([teller('repeats the last words')], { chain: QUICK });
        stage.upstreams[0]?.script(breaking(broken));
        expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
        expect(stage.asked).to.deep.equal([2]);
      });
    }

    for (const broken of BREAKS) {
      it(`${broken.how}; without \`resume\` an error frame ends it, without [DONE] (pitfall 26: a clean end)`, async () => {
        const answerers = [breaking(broken), teller('repeats the last words')];
        stage = await Stage.set(answerers, { chain: { ...QUICK, resume: false } });
        const { body, whole } = await stage.raw().answer();
        const begun = [ROLE, ...spoken(BEGUN)].join('');
        expect(body.toString().startsWith(begun)).to.equal(true);
        const last = body.toString().slice(body.lastIndexOf('\n\n', body.length - 3) + 2);
        expect(JSON.parse(last.replace('data: ', '')).error).to.include({ code: 'upstream_failed' });
        expect(last)
          .to.match(broken.says)
          .and.match(/one\/a-model broke off after its first token/);
        expect(body.includes('[DONE]')).to.equal(false);
        expect(whole).to.equal(true);
        expect(stage.asked).to.deep.equal([1, 0]);
        const { status, resumed } = await stage.outcome();
        expect({ status, resumed }).to.deep.equal({ status: 502, resumed: 0 });
      });
    }

    const CUT = BREAKS[0] as Break;

    for (const broken of BREAKS) {
      it(`${broken.how}; without \`resume\` the SDK raises`, async () => {
        stage = await Stage.set([breaking(broken)], { chain: { ...QUICK, resume: false } });
        const { text, error } = await readWithSdk(stage);
        expect(text).to.equal(BEGUN);
        expect(error).to.be.instanceOf(OpenAI.APIError);
      });
    }

    it('says so in a comment and in the log, and sends no word of the instruction (pitfall 31: a hard-coded sentence)', async () => {
      stage = await Stage.set([breaking(CUT), teller('repeats the last words')]);
      const { body } = await stage.raw().answer();
      const text = body.toString();
      expect(text.split('\n').filter((line) => line.startsWith(':'))).to.deep.equal([
        ': 429chain: one/a-model broke off, two/a-model continues',
      ]);
      expect(text.match(/\[DONE\]/g)).to.have.length(1);
      expect(text).not.to.contain('Weiter').and.not.to.contain('cut off').and.not.to.contain('error');
      expect(stage.proxy.log.lines.join('\n'))
        .to.match(/one\/a-model broke off in the middle of its answer \(the connection broke/)
        .and.match(/two\/a-model continues the answer that one\/a-model began/);
    });

    it("asks with the chain's own instruction, and shows the beginning as the target's own words", async () => {
      stage = await Stage.set([breaking(CUT), teller('begins again')]);
      await stage.raw({ temperature: 0.5, user: 'me' }).answer();
      const { messages, ...rest } = stage.upstreams[1]?.received[0]?.body ?? {};
      const [question, begun, asked, ...more] = messages as { role: string; content: string }[];
      expect(question).to.deep.equal(HELLO[0]);
      expect(begun?.role).to.equal('assistant');
      expect(asked?.role).to.equal('user');
      expect(asked?.content.startsWith(ASKING)).to.equal(true);
      const between = BEGUN.slice(begun?.content.length).match(/^\s*/)?.[0];
      expect(`${begun?.content}${between}${asked?.content.slice(ASKING.length)}`).to.equal(BEGUN);
      expect(more).to.deep.equal([]);
      expect(rest).to.include({ temperature: 0.5, user: 'me', stream: true, model: 'a-model' });
    });

    it('is asked in the words of the default where the chain has none of its own', async () => {
      stage = await Stage.set([breaking(CUT), teller('begins again')], { chain: { resumeInstruction: undefined } });
      const { body } = await stage.raw().answer();
      const messages = stage.upstreams[1]?.received[0]?.body.messages as { content: string }[];
      expect(messages.at(-1)?.content).to.match(/^Your last message was cut off\./);
      expect(body.includes('cut off')).to.equal(false);
    });

    for (const manner of MANNERS) {
      it(`is taken up inside a sign of two halves, by a target that ${manner}`, async () => {
        const half = TEXT.lastIndexOf('🌊') + 1;
        stage = await Stage.set([breaking(CUT, TEXT.slice(0, half)), teller(manner)]);
        expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
      });
    }

    it('is taken up by a target with other quotes and other white space', async () => {
      const retold = TEXT.slice(0, BEGUN.length)
        .replaceAll(/[“”]/g, '"')
        .replaceAll('\n\n', '\n')
        .replaceAll(', ', ',  ');
      stage = await Stage.set([breaking(CUT), stream([wholeStream(retold + TEXT.slice(BEGUN.length))])]);
      expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
    });

    it('of which hardly anything was said is asked for anew, without a word about it', async () => {
      stage = await Stage.set([breaking(CUT, TEXT.slice(0, 12)), teller('begins again')]);
      expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
      expect(stage.upstreams[1]?.received[0]?.body.messages).to.deep.equal(HELLO);
    });

    for (const asks of [false, true]) {
      it(`and its usage is ${asks ? 'shown to a caller who asked' : 'hidden from one who did not ask'}`, async () => {
        const usage = event({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } });
        stage = await Stage.set([
          breaking(CUT),
          (res, request) => {
            const rest = spoken(TEXT.slice(beginOf(request, 'repeats the last words')));
            return stream([ROLE, ...rest, chunk({}, 'stop'), usage, DONE])(res, request);
          },
        ]);
        const { body } = await stage.raw(asks ? { stream_options: { include_usage: true } } : {}).answer();
        expect(body.toString().endsWith(chunk({}, 'stop') + (asks ? usage : '') + DONE)).to.equal(true);
        expect((await stage.outcome()).usage).to.deep.equal({ input: 7, output: 2, estimated: false });
      });
    }

    const HOPS: [string, number[]][] = [
      ['once', [120]],
      ['twice', [100, 200]],
    ];
    for (const [often, breaks] of HOPS) {
      it(`is taken up where it breaks ${often}, and says each time who goes on`, async () => {
        const tellers = breaks.map((to) => teller('repeats the last words', to));
        stage = await Stage.set([...tellers, teller('repeats the last words')]);
        const seen = await readWithSdk(stage);
        expect(seen).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
        expect((await stage.outcome()).resumed).to.equal(breaks.length);
        expect(stage.asked).to.deep.equal(stage.asked.map(() => 1));
      });
    }

    it('ends in an error frame at its third break: of four targets three are asked, each once', async () => {
      const tellers = [80, 160, 240].map((to) => teller('repeats the last words', to));
      stage = await Stage.set([...tellers, teller('repeats the last words')]);
      const { text, error } = await readWithSdk(stage);
      expect(text).to.equal(TEXT.slice(0, 240));
      expect(error).to.be.instanceOf(OpenAI.APIError).and.have.property('code', 'upstream_failed');
      expect(stage.asked).to.deep.equal([1, 1, 1, 0]);
      const { status, resumed, attempts } = await stage.outcome();
      expect({ status, resumed }).to.deep.equal({ status: 502, resumed: 2 });
      expect(attempts.map(({ failure }) => failure?.class)).to.deep.equal(Array(3).fill('server_error'));
    });

    it('ends in an error frame at its second break where one target is alone: it rests then, and faults are not waited for', async () => {
      stage = await Stage.set([teller('repeats the last words')]);
      stage.upstreams[0]?.script(...[80, 160, 240].map((to) => teller('repeats the last words', to)));
      const { text, error } = await readWithSdk(stage);
      expect(text).to.equal(TEXT.slice(0, 160));
      expect(error).to.be.instanceOf(OpenAI.APIError);
      expect(stage.asked).to.deep.equal([2]);
    });

    const UNPROVEN: [string, string][] = [
      ['tells something else', 'There was no keeper at all, and the sea was calm on that morning in the north.'],
      ['puts words of its own before it', `Certainly, here is the rest of the text: ${TEXT.slice(110)}`],
      ['says the same words and nothing more', BEGUN.slice(-9)],
    ];
    for (const [what, other] of UNPROVEN) {
      it(`ends in an error frame, without [DONE], where the next target ${what} (pitfall 31: a text began anew)`, async () => {
        stage = await Stage.set([breaking(CUT), answer(other)]);
        // Whoever broke is asked last, and has nothing better to say.
        stage.upstreams[0]?.script(breaking(CUT)).always(answer(other));
        const { body } = await stage.raw().answer();
        const text = body.toString();
        expect(text.startsWith([ROLE, ...spoken(BEGUN)].join(''))).to.equal(true);
        expect(text.slice([ROLE, ...spoken(BEGUN)].join('').length)).to.match(
          /^data: \{"error":\{"message":"one\/a-model broke off [^\n]*"code":"upstream_failed"[^\n]*\}\n\n$/,
        );
        const { resumed, status, attempts } = await stage.outcome();
        expect({ resumed, status }).to.deep.equal({ resumed: 0, status: 502 });
        expect(attempts.slice(1).map(({ failure }) => failure?.class)).to.deep.equal(['bad_request', 'bad_request']);
      });
    }

    it('makes the SDK raise where nobody can go on', async () => {
      stage = await Stage.set([breaking(CUT), reply(503, 'busy')]);
      stage.upstreams[0]?.script(breaking(CUT)).always(reply(503, 'busy'));
      const { text, error } = await readWithSdk(stage);
      expect(text).to.equal(BEGUN);
      expect(error).to.be.instanceOf(OpenAI.APIError).and.have.property('code', 'upstream_failed');
    });

    const CAUSES_OF_HOPS: [string, Answerer][] = [
      ['refuses', reply(429, { error: { message: 'spent' } })],
      ['hangs up', hangUp],
      ['says nothing', silence],
      ['answers HTML under 200', reply(200, '<html></html>')],
      ['sends an error frame first', stream([event({ error: { message: 'no' } })])],
      ['does not join on', answer('There was no keeper at all, and the sea was calm on that morning.')],
    ];
    for (const [what, second] of CAUSES_OF_HOPS) {
      it(`is taken up by the third target where the second ${what}`, async () => {
        const answerers = [breaking(CUT), second, teller('repeats the last words')];
        stage = await Stage.set(answerers, { chain: { timeouts: { firstToken: '400ms' } } });
        const { body } = await stage.raw().answer();
        expect(body.toString().match(/^: .*$/gm)).to.deep.equal([
          ': 429chain: one/a-model broke off, three/a-model continues',
        ]);
        const { resumed, attempts } = await stage.outcome();
        expect(resumed).to.equal(1);
        expect(attempts.map(({ failure }) => failure === undefined)).to.deep.equal([false, false, true]);
      });
    }

    describe('by prefill, where the provider type says it can', () => {
      const PREFILLING = `export default { name: 'prefilling', apply(api) {
        api.addProviderType('prefilling', { prefill: { message: { prefix: true }, body: { continue: 1 } } });
      } };`;
      const setting: Setting = { plugin: PREFILLING, provider: { type: 'prefilling' } };

      const prefilled: Answerer = (res, { body }) => {
        const last = (body.messages as { role: string; content: string }[]).at(-1);
        expect(last).to.include({ role: 'assistant', prefix: true });
        expect(body.continue).to.equal(1);
        return stream([ROLE, ...spoken(TEXT.slice(last?.content.length)), ...ended()])(res, {} as Received);
      };

      for (const [where, to] of [
        ['behind a word', TEXT.indexOf(' and counted')],
        ['inside a word', TEXT.indexOf('unted')],
        ['behind a blank', TEXT.indexOf('counted')],
        ['behind an empty line', TEXT.indexOf('Each evening')],
      ] as const) {
        it(`goes on from the text alone, cut ${where}`, async () => {
          stage = await Stage.set([breaking(CUT, TEXT.slice(0, to)), prefilled], setting);
          expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
          const messages = stage.upstreams[1]?.received[0]?.body.messages as { content: string }[];
          expect(messages.map(({ content }) => content)).to.deep.equal([HELLO[0].content, TEXT.slice(0, to).trimEnd()]);
        });
      }

      it('is asked in words where it refuses the prefill, at once and from then on; the caller sees nothing', async () => {
        const asked: string[] = [];
        const refusing: Answerer = (res, request) => {
          const { role } = (request.body.messages as { role: string }[]).at(-1) ?? { role: '' };
          asked.push(role);
          if (role !== 'assistant') return teller('repeats the last words')(res, request);
          return reply(400, { error: { message: 'The last message must be of the user.' } })(res, request);
        };
        stage = await Stage.set([breaking(CUT), refusing], setting);
        for (let index = 0; index < 2; index++) {
          expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
        }
        expect(asked).to.deep.equal(['assistant', 'user', 'user']);
        expect(stage.outcomes.map(({ resumed }) => resumed)).to.deep.equal([1, 1]);
      });
    });

    describe('reasoning', () => {
      const thought = (text: string): string => chunk({ reasoning: text });

      it('that the caller has seen is not sent twice', async () => {
        const second: Answerer = (res, request) => {
          const rest = spoken(TEXT.slice(beginOf(request, 'repeats the last words')));
          return stream([ROLE, thought('Where was I?'), ...rest, ...ended()])(res, request);
        };
        stage = await Stage.set([stream([ROLE, thought('A tale, then.'), ...spoken(BEGUN)], 'cut'), second]);
        expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: 'A tale, then.', calls: [] });
      });

      it('alone, then a cut: the next target gives the whole text, and no other reasoning', async () => {
        const second = stream([ROLE, thought('Let me think.'), ...spoken(TEXT), ...ended()]);
        stage = await Stage.set([stream([ROLE, thought('A tale, th')], 'cut'), second]);
        expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: 'A tale, th', calls: [] });
      });
    });

    it('of two choices is not taken up: an error frame ends it', async () => {
      stage = await Stage.set([breaking(CUT), teller('repeats the last words')]);
      const { body } = await stage.raw({ n: 2 }).answer();
      expect(body.toString()).to.contain('upstream_failed').and.not.to.contain('[DONE]');
      expect(stage.asked).to.deep.equal([1, 0]);
    });

    it('longer than 256 Ki characters is not taken up: an error frame ends it', async () => {
      const long = Array.from({ length: 5 }, () => chunk({ content: 'x'.repeat(64 * 1024) }));
      stage = await Stage.set([stream([ROLE, ...long], 'cut'), answer('hello')]);
      const { body } = await stage.raw().answer();
      expect(body.includes('upstream_failed')).to.equal(true);
      expect(body.includes('[DONE]')).to.equal(false);
      expect(stage.asked).to.deep.equal([1, 0]);
    });

    describe('inside tool calls', () => {
      const CALLS: readonly Call[] = [
        { id: 'call_0', name: 'write_file', arguments: '{"path":"a.txt","text":"Once \\"upon\\" a 🌊"}' },
        { id: 'call_1', name: 'read_file', arguments: '{"path":"b.txt"}' },
      ];
      const calling = (calls: readonly Call[]): string[] =>
        calls.flatMap(({ id, name, arguments: whole }, index) => [
          chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
          ...piecesOf(whole).map((part) => chunk({ tool_calls: [{ index, function: { arguments: part } }] })),
        ]);
      const whole = (text: string): string[] => [ROLE, ...spoken(text), ...calling(CALLS), ...ended('tool_calls')];
      const frames = calling(CALLS);

      const CUTS: [string, string[]][] = [
        ['behind the name', frames.slice(0, 1)],
        ['in the arguments of the first', frames.slice(0, 3)],
        [
          'between two calls',
          frames.slice(
            0,
            frames.findIndex((frame) => frame.includes('read_file')),
          ),
        ],
        ['in the arguments of the second', frames.slice(0, -1)],
        ['before the finish reason', frames],
      ];
      for (const [where, sent] of CUTS) {
        for (const [what, before] of [
          ['alone', ''],
          ['behind text', BEGUN],
        ] as const) {
          it(`${what}, cut ${where}: the caller sees each call once and whole`, async () => {
            stage = await Stage.set([stream([ROLE, ...spoken(before), ...sent], 'cut'), stream(whole(before))]);
            expect(await readWithSdk(stage)).to.deep.equal({ text: before, reasoning: '', calls: CALLS });
            expect((await stage.outcome()).resumed).to.equal(1);
          });
        }
      }

      it('the next target answers in text instead: no torn call goes before it', async () => {
        stage = await Stage.set([stream([ROLE, ...frames.slice(0, 3)], 'cut'), stream([wholeStream(TEXT)])]);
        expect(await readWithSdk(stage)).to.deep.equal({ text: TEXT, reasoning: '', calls: [] });
      });

      it('nobody goes on: the SDK raises, and has seen no part of a call', async () => {
        stage = await Stage.set([stream([ROLE, ...frames.slice(0, 3)], 'cut'), reply(503, 'busy')]);
        stage.upstreams[0]?.script(stream([ROLE, ...frames.slice(0, 3)], 'cut')).always(reply(503, 'busy'));
        const { calls, error } = await readWithSdk(stage);
        expect(calls).to.deep.equal([]);
        expect(error).to.be.instanceOf(OpenAI.APIError);
      });

      it('without `resume` they pass as they come', async () => {
        stage = await Stage.set([stream([ROLE, ...frames.slice(0, 3)], 'hang')], { chain: { resume: false } });
        const caller = stage.raw();
        await caller.sees(JSON.stringify('write_file'));
        caller.leave();
      });
    });
  });

  describe('every byte arrives as it was sent', () => {
    interface Exact {
      readonly what: string;
      readonly sent: string | Buffer;
      /** Where it differs. */
      readonly arrives?: string;
      readonly body?: object;
    }

    const retold = (lineEnd: string): string => wholeStream('grüße 🌊').replaceAll('\n', lineEnd);
    const multiline = (value: unknown): string =>
      `${JSON.stringify(value, null, 1)
        .split('\n')
        .map((line) => `data: ${line}`)
        .join('\n')}\n\n`;
    const choice = (index: number, delta: object, finish: string | null = null, more: object = {}): string =>
      event({ id: 'c', choices: [{ index, delta, finish_reason: finish, ...more }] });
    const USAGE = event({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } });
    const call = (index: number, fields: object): string => chunk({ tool_calls: [{ index, ...fields }] });
    const MEGABYTE = 1024 * 1024;

    const EXACT: readonly Exact[] = [
      { what: 'signs of two, three and four bytes', sent: wholeStream('ü漢🌊é👩‍👩‍👧') },
      { what: 'CRLF (pitfall 27)', sent: retold('\r\n') },
      { what: 'CR (pitfall 27)', sent: retold('\r') },
      {
        what: 'mixed line ends (pitfall 27)',
        sent: `${said('a').replace('\n\n', '\r\n\n')}${said('b').replace('\n\n', '\n\r\n')}${said('c').replace('\n\n', '\r\r\n')}${said('d').replace('\n\n', '\r\r')}${END_OF_STREAM}`,
      },
      { what: 'more blank lines than one', sent: `\n\n\r\n${said('a')}\n\n\n${said('b')}\r\n\r\n${END_OF_STREAM}\n\n` },
      {
        what: 'data in several lines (pitfall 27)',
        sent: `${multiline({ choices: [{ index: 0, delta: { content: 'a' } }] })}${multiline({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}${DONE}`,
      },
      {
        what: 'comments everywhere',
        sent: `: OPENROUTER PROCESSING\n\n:\n\n${said('a')}: in between\n${said('b')}:x\n\n${END_OF_STREAM}: behind the end\n\n`,
      },
      { what: 'a byte order mark', sent: `\uFEFF${wholeStream('marked')}` },
      {
        what: 'ids, names and times of events',
        sent: `retry: 500\n\nid: 1\nevent: message\n${said('a')}event\nid\n${said('b')}${END_OF_STREAM}`,
      },
      { what: 'no blank behind the colon', sent: wholeStream('tight').replaceAll('data: ', 'data:') },
      {
        what: 'two choices that take turns',
        body: { n: 2 },
        sent: [
          choice(0, { role: 'assistant', content: '' }),
          choice(0, { content: 'a' }),
          choice(1, { content: 'b' }),
          choice(0, {}, 'stop'),
          choice(1, { content: 'c' }),
          choice(1, {}, 'length'),
          DONE,
        ].join(''),
      },
      {
        what: 'deltas of two tool calls',
        sent: [
          ROLE,
          said('I look. '),
          call(0, { id: 'call_0', type: 'function', function: { name: 'f', arguments: '' } }),
          ...piecesOf('{"path": "grüße 🌊", "n": 1.0}').map((part) => call(0, { function: { arguments: part } })),
          ': in the midst of it\n\n',
          call(1, { id: 'call_1', type: 'function', function: { name: 'g', arguments: '{}' } }),
          chunk({}, 'tool_calls'),
          DONE,
        ].join(''),
      },
      {
        what: 'a tool call in one frame with its end',
        sent: `${chunk({ tool_calls: [{ index: 0, id: 'x', type: 'function', function: { name: 'f', arguments: '{}' } }] }, 'tool_calls')}${DONE}`,
      },
      {
        what: '`reasoning` and `reasoning_content`, with their details',
        sent: `${chunk({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] })}${chunk({ reasoning_content: 'ah' })}${said('a')}${END_OF_STREAM}`,
      },
      {
        what: 'logprobs',
        sent: `${choice(0, { content: 'a' }, null, { logprobs: { content: [{ token: 'a', logprob: -0.10000000000000001, bytes: [97], top_logprobs: [] }] } })}${END_OF_STREAM}`,
      },
      {
        what: 'unknown fields, numbers and escapes as they were written',
        sent: `data: {"x_vendor" : {"a":1.0,"b":1e+2,"c":"\\u00fc\\/"},"choices":[{"delta":{"content":"\\ud83c\\udf0a"},"index":0}], "n": 12345678901234567890}\n\n${END_OF_STREAM}`,
      },
      {
        what: 'words that look like signs of an end',
        sent: wholeStream('"error" event: [DONE] "usage":{ data: \\n\\n'),
      },
      {
        what: 'keys of an error that are null',
        sent: `${chunk({ content: 'a' }, null, { error: null })}${END_OF_STREAM}`,
      },
      {
        what: 'usage in a chunk with choices',
        sent: `${said('a')}${chunk({}, 'stop', { usage: { prompt_tokens: 7 } })}${DONE}`,
      },
      {
        what: 'a usage chunk, where the caller did not ask for it: hidden (pitfall 28)',
        sent: `${said('a')}${chunk({}, 'stop')}${USAGE}${DONE}`,
        arrives: `${said('a')}${END_OF_STREAM}`,
      },
      {
        what: 'a usage chunk, where the caller asked for it',
        body: { stream_options: { include_usage: true } },
        sent: `${said('a')}${chunk({}, 'stop')}${USAGE}${DONE}`,
      },
      {
        what: 'no [DONE] behind a finish reason: added',
        sent: `${said('a')}${chunk({}, 'stop')}`,
        arrives: `${said('a')}${END_OF_STREAM}`,
      },
      {
        what: 'a last event without its blank line: given one (pitfall 27)',
        sent: `${said('a')}${chunk({}, 'stop').trimEnd()}`,
        arrives: `${said('a')}${END_OF_STREAM}`,
      },
      {
        what: 'a finish reason together with the last words',
        sent: `${said('a')}${chunk({ content: 'b' }, 'length')}${DONE}`,
      },
    ];

    /** The bytes cut at these places. */
    const cutAt = (bytes: Buffer, places: readonly number[]): Buffer[] =>
      [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));

    const everywhere = (bytes: Buffer): number[] => Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);

    /** A chain that takes broken streams up, and one that lets everything pass at once. */
    const bothChains = async (): Promise<void> => {
      stage = await Stage.set([silence], {
        more: {
          chains: { default: ['one/a-model'], plain: { targets: ['one/a-model'], resume: false } },
        },
      });
    };

    const arrived = async (parts: readonly (string | Buffer)[], body: object): Promise<string> => {
      stage.upstreams[0]?.always(stream(parts));
      const { body: bytes, whole, status } = await stage.raw(body).answer();
      expect({ whole, status }).to.deep.equal({ whole: true, status: 200 });
      return bytes.toString();
    };

    for (const { what, sent, arrives = sent.toString(), body = {} } of EXACT) {
      it(what, async () => {
        await bothChains();
        const bytes = Buffer.from(sent);
        for (const model of ['default', 'plain']) {
          expect(await arrived([bytes], { ...body, model }), 'in one write').to.equal(arrives);
          expect(await arrived(cutAt(bytes, everywhere(bytes)), { ...body, model }), 'byte by byte').to.equal(arrives);
        }
      });
    }

    for (const sign of ['ü', '漢', '🌊']) {
      it(`${sign}, torn behind each of its bytes`, async () => {
        await bothChains();
        const bytes = Buffer.from(wholeStream(sign));
        const at = bytes.indexOf(sign);
        for (let cut = 0; cut <= Buffer.byteLength(sign); cut++) {
          expect(await arrived(cutAt(bytes, [at + cut]), {}), `behind ${cut} bytes`).to.equal(bytes.toString());
        }
      });
    }

    it('a stream that ends with its connection, without chunks or a length', async () => {
      stage = await Stage.set([
        (res) => {
          res.useChunkedEncodingByDefault = false;
          res.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
          res.end(wholeStream('grüße'));
        },
      ]);
      expect((await stage.raw().answer()).body.toString()).to.equal(wholeStream('grüße'));
    });

    const LARGE: [string, string[]][] = [
      ['2 MB in one frame', [said('ü'.repeat(MEGABYTE)), END_OF_STREAM]],
      ['2 MB in 32,768 frames', [said('ü'.repeat(32)).repeat(32_768), END_OF_STREAM]],
      [
        '2 MB of arguments of a tool call',
        [
          call(0, { id: 'x', type: 'function', function: { name: 'f', arguments: '' } }),
          call(0, { function: { arguments: 'ü'.repeat(1024) } }).repeat(1024),
          chunk({}, 'tool_calls'),
          DONE,
        ],
      ],
      [
        '9 MB of arguments of a tool call, more than is held back',
        [
          call(0, { id: 'x', type: 'function', function: { name: 'f', arguments: '' } }),
          call(0, { function: { arguments: 'x'.repeat(64 * 1024) } }).repeat(144),
          chunk({}, 'tool_calls'),
          DONE,
        ],
      ],
    ];
    for (const [what, frames] of LARGE) {
      it(what, async () => {
        const bytes = Buffer.from(frames.join(''));
        // Borders that fall anywhere.
        const places = Array.from({ length: Math.floor(bytes.length / 50_021) }, (_, index) => (index + 1) * 50_021);
        stage = await Stage.set([stream(cutAt(bytes, places))]);
        const { body, whole } = await stage.raw().answer();
        expect(whole).to.equal(true);
        expect(body.equals(bytes), `${body.length} of ${bytes.length} bytes`).to.equal(true);
      });
    }

    it('and nothing is kept back: each frame is there before the provider sends the next one', async () => {
      const words = piecesOf(TEXT);
      let caller: RawCaller | undefined;
      stage = await Stage.set([
        async (res) => {
          res.writeHead(200, { 'content-type': 'text/event-stream' });
          for (const [index, word] of words.entries()) {
            res.write(chunk({ content: `${index}${word}` }));
            await caller?.sees(chunk({ content: `${index}${word}` }));
          }
          res.end(END_OF_STREAM);
        },
      ]);
      caller = stage.raw();
      expect((await caller.answer()).body.toString()).to.equal(
        words.map((word, index) => said(`${index}${word}`)).join('') + END_OF_STREAM,
      );
    });
  });

  describe('a caller who leaves: the provider is told, the slot is free, `cancelled` is in the log', () => {
    interface Leaving {
      readonly when: string;
      readonly upstreams: readonly Answerer[];
      readonly body?: object;
      /** The moment has come. */
      readonly ready: (stage: Stage, caller: RawCaller) => Promise<void> | void;
      /** Whose request must be closed. */
      readonly of?: number;
    }

    const asked =
      (of: number) =>
      ({ upstreams }: Stage): Promise<void> =>
        until(() => upstreams[of]?.received.length === 1);

    const endless: Answerer = async (res, { aborted }) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      let gone = false;
      void aborted.then(() => {
        gone = true;
      });
      while (!gone) {
        if (res.write(chunk({ content: 'x'.repeat(64 * 1024) }))) await new Promise((resolve) => setImmediate(resolve));
        else await Promise.race([aborted, new Promise((resolve) => res.once('drain', resolve))]);
      }
    };

    const BEGUN = stream([ROLE, ...spoken(TEXT.slice(0, 130))], 'cut');

    const LEAVING: readonly Leaving[] = [
      { when: 'before the first byte', upstreams: [silence], ready: asked(0) },
      { when: 'before the first token', upstreams: [stream([': wait\n\n', ROLE], 'hang')], ready: asked(0) },
      {
        when: 'in the middle of a stream',
        upstreams: [stream([ROLE, ...spoken(TEXT)], 'hang')],
        ready: (_, caller) => caller.sees(LAST),
      },
      { when: 'in the middle of an endless stream', upstreams: [endless], ready: (_, caller) => caller.sees('xxx') },
      {
        when: 'without having read anything of a stream',
        upstreams: [endless],
        ready: async (stage, caller) => {
          caller.socket.pause();
          await asked(0)(stage);
        },
      },
      {
        when: 'in the middle of a tool call',
        upstreams: [
          stream(
            [said('a'), chunk({ tool_calls: [{ index: 0, id: 'x', function: { name: 'f', arguments: '{' } }] })],
            'hang',
          ),
        ],
        ready: (_, caller) => caller.sees('"a"'),
      },
      { when: 'without streaming', upstreams: [silence], body: { stream: false }, ready: asked(0) },
      {
        when: 'without streaming, in the middle of the answer',
        upstreams: [(res) => void res.writeHead(200, { 'content-type': 'application/json' }).write('{"choices":')],
        body: { stream: false },
        ready: asked(0),
      },
      { when: 'while the second target is asked', upstreams: [reply(500, 'no'), silence], ready: asked(1), of: 1 },
      { when: 'while the next target is asked to go on', upstreams: [BEGUN, silence], ready: asked(1), of: 1 },
      {
        when: 'after another target has gone on',
        upstreams: [
          BEGUN,
          (res, request) =>
            stream(spoken(TEXT.slice(beginOf(request, 'repeats the last words'))), 'hang')(res, request),
        ],
        ready: (_, caller) => caller.sees('continues'),
        of: 1,
      },
    ];

    for (const { when, upstreams, body, ready, of = 0 } of LEAVING) {
      it(`${when} (pitfall 30: noticed only once the relay had begun)`, async () => {
        const limits = [{ concurrent: 1 }, { requests: 9, per: '1h' }, { tokens: 90_000, per: '1h' }];
        stage = await Stage.set(upstreams, { provider: { limits } });
        const caller = stage.raw(body);
        await ready(stage, caller);
        caller.leave();
        await stage.upstreams[of]?.received[0]?.aborted;
        const { status, attempts } = await stage.outcome();
        expect(status).to.equal(499);
        expect(attempts.at(-1)?.failure?.class).to.equal('cancelled');
        await stage.proxy.app.runtime.waterfall.idle();
        expect(stage.quotas.map(({ inFlight }) => inFlight)).to.deep.equal([0, 0, 0]);
        // It was asked, and that counts.
        const used = Object.fromEntries(stage.quotas.map(({ dimension, used }) => [dimension, used]));
        expect(used.requests).to.equal(1);
        expect(used.tokens).to.be.greaterThan(of === 0 ? 0 : -1);
        // Nobody is to blame for it, and its slot is free: the same target is asked again.
        stage.upstreams[of]?.always(answer('hello'));
        const model = `${['one', 'two'][of]}/a-model`;
        expect((await stage.raw({ stream: false, model }).answer()).status).to.equal(200);
      });
    }

    it('while queued (pitfall 30): nobody is asked, and the queue is empty', async () => {
      stage = await Stage.set([reply(429, { error: { message: 'spent' } }, { 'retry-after': '600' })], {
        chain: { maxWait: '1h' },
        provider: { limits: [{ concurrent: 1 }] },
      });
      const caller = stage.raw();
      await until(() => stage.proxy.app.runtime.waterfall.waiting === 1);
      caller.leave();
      const { status, attempts } = await stage.outcome();
      expect(status).to.equal(499);
      expect(attempts.map(({ failure }) => failure?.class)).to.deep.equal(['rate_limit']);
      expect(stage.proxy.app.runtime.waterfall.waiting).to.equal(0);
      expect(stage.quotas.map(({ inFlight }) => inFlight)).to.deep.equal([0]);
      expect(stage.asked).to.deep.equal([1]);
    });

    it('while queued for a slot: the slot goes to the one behind', async () => {
      stage = await Stage.set([silence], { chain: { maxWait: '1h' }, provider: { limits: [{ concurrent: 1 }] } });
      const { waterfall } = stage.proxy.app.runtime;
      const first = stage.raw();
      await until(() => stage.asked[0] === 1);
      const second = stage.raw();
      await until(() => waterfall.waiting === 1);
      const third = stage.raw();
      await until(() => waterfall.waiting === 2);
      stage.upstreams[0]?.always(stream([wholeStream('for the third')]));
      second.leave();
      await until(() => waterfall.waiting === 1);
      first.leave();
      expect((await third.answer()).body.toString()).to.equal(wholeStream('for the third'));
      expect(stage.asked).to.deep.equal([2]);
    });
  });

  describe('timeouts, of a provider, a chain and a target', () => {
    type Kind = 'connect' | 'firstToken' | 'idle' | 'total';

    interface Timeout {
      readonly kind: Kind;
      readonly what: string;
      readonly first: Answerer;
      readonly says: RegExp;
      readonly body?: object;
      /** After the first token: without `resume` the caller is told. */
      readonly late?: boolean;
    }

    /** Sends this over and over, and never ends. */
    const dribbling =
      (frame: string, first = ''): Answerer =>
      (res, { aborted }) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write(first + frame);
        const timer = setInterval(() => res.write(frame), 20);
        void aborted.then(() => clearInterval(timer));
      };

    const WORD = chunk({ content: 'word ' });
    const whole = { stream: false };

    const TIMEOUTS: readonly Timeout[] = [
      { kind: 'connect', what: 'no handshake', first: silence, says: /no connection in time/ },
      { kind: 'firstToken', what: 'no headers', first: silence, says: /no first token within 0.25 s/ },
      { kind: 'firstToken', what: 'headers only', first: stream([], 'hang'), says: /no first token within 0.25 s/ },
      {
        kind: 'firstToken',
        what: '`: OPENROUTER PROCESSING` without end does not count as a token',
        first: dribbling(': OPENROUTER PROCESSING\n\n'),
        says: /no first token within 0.25 s/,
      },
      { kind: 'firstToken', what: 'roles without end', first: dribbling(ROLE), says: /no first token within 0.25 s/ },
      {
        kind: 'firstToken',
        what: 'no whole answer',
        first: silence,
        body: whole,
        says: /no first token within 0.25 s/,
      },
      {
        kind: 'idle',
        what: 'a stall',
        first: stream([WORD], 'hang'),
        says: /no further chunk within 0.25 s/,
        late: true,
      },
      { kind: 'total', what: 'words without end', first: dribbling(WORD), says: /answer within 0.25 s/, late: true },
      { kind: 'total', what: 'no headers', first: silence, says: /no complete answer within 0.25 s/ },
      { kind: 'total', what: 'no whole answer', first: silence, body: whole, says: /no complete answer within 0.25 s/ },
    ];
    const LONG: Record<Kind, string> = { connect: '1h', firstToken: '1h', idle: '1h', total: '1h' };

    for (const { kind, what, first, says, body = {}, late = false } of TIMEOUTS) {
      for (const place of ['provider', 'chain', 'target'] as const) {
        it(`${kind} of a ${place}: ${what}`, async () => {
          const short = { ...LONG, [kind]: '250ms' };
          const port = kind === 'connect' ? await MutePort.open() : undefined;
          if (port !== undefined) others.push(port);
          // What stands nearer to the target goes before what stands farther off.
          const provider = { timeouts: place === 'provider' ? short : LONG };
          const one = { provider: 'one', model: 'a-model', ...(place === 'target' ? { timeouts: short } : {}) };
          const ofChain = place === 'provider' ? {} : { timeouts: place === 'chain' ? short : LONG };
          const two = { provider: 'two', model: 'a-model', timeouts: LONG };
          const second = answer('from the second');
          const chain = { targets: [one, two], resume: false, ...ofChain };
          stage = await Stage.set([first, second], { provider, chain, address: port?.baseUrl });
          const { body: bytes, status } = await stage.raw(body).answer();
          expect(status).to.equal(200);
          const { attempts } = await stage.outcome();
          expect(attempts[0]?.failure?.message).to.match(says);
          if (late) {
            expect(bytes.toString())
              .to.match(/"code":"upstream_failed"/)
              .and.not.contain('[DONE]');
            expect(bytes.toString()).to.match(says);
          } else expect(bytes.toString()).to.match(/from/);
          expect(stage.asked[1]).to.equal(late ? 0 : 1);
          // The reader is cancelled, not only the wait for it (pitfall 30).
          if (port === undefined) await stage.upstreams[0]?.received[0]?.aborted;
        });
      }
    }

    const IDLE_MS = 300;

    /** As many bytes as no buffer between takes, and what follows them. */
    const flood = (last: readonly string[], end: 'end' | 'hang'): Answerer =>
      stream([...Array.from({ length: 120 }, () => chunk({ content: 'x'.repeat(256 * 1024) })), ...last], end);

    const idled = (): Promise<void> => {
      const from = performance.now();
      return until(() => performance.now() - from > 3 * IDLE_MS);
    };

    const slowly = async (last: readonly string[], end: 'end' | 'hang'): Promise<string> => {
      stage = await Stage.set([flood(last, end)], { chain: { timeouts: { idle: `${IDLE_MS}ms` }, resume: false } });
      const caller = stage.raw();
      await until(() => caller.bytes > 0);
      caller.socket.pause();
      await idled();
      expect(stage.outcomes).to.deep.equal([]);
      caller.socket.resume();
      return (await caller.answer()).body.toString();
    };

    it('idle does not run while the caller does not read (pitfall 29: the provider was blamed)', async () => {
      expect((await slowly(ended(), 'end')).endsWith(END_OF_STREAM)).to.equal(true);
      expect((await stage.outcome()).status).to.equal(200);
    });

    it('idle runs again once the caller reads', async () => {
      expect(await slowly([], 'hang')).to.match(/no further chunk within 0.3 s[^\n]*"upstream_failed"[^\n]*\n\n$/);
    });
  });

  describe('usage, from wherever a provider puts it', () => {
    const TOLD = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
    const lastChoice = (more: object): string => chunk({}, 'stop', more);

    interface Place {
      readonly where: string;
      readonly frames: readonly string[];
      /** Carries nothing but usage. */
      readonly apart?: string;
      readonly usage?: object;
    }

    const apart = (more: object): string => event({ id: 'c', object: 'chat.completion.chunk', choices: [], ...more });
    const PLACES: readonly Place[] = [
      { where: 'a last chunk without choices', frames: [chunk({}, 'stop')], apart: apart({ usage: TOLD }) },
      {
        where: 'a last chunk without choices, and null before',
        frames: [chunk({}, 'stop', { usage: null })],
        apart: apart({ usage: TOLD }),
      },
      { where: 'the last chunk with choices', frames: [lastChoice({ usage: TOLD })] },
      { where: '`x_groq.usage` of the last chunk', frames: [lastChoice({ x_groq: { id: 'r', usage: TOLD } })] },
      {
        where: '`x_groq.usage`, and once more without choices',
        frames: [lastChoice({ x_groq: { id: 'r', usage: TOLD } })],
        apart: apart({ usage: TOLD }),
      },
      {
        where: 'every chunk, and the last one counts',
        frames: [
          chunk({ content: 'b' }, null, { usage: { prompt_tokens: 7, completion_tokens: 1 } }),
          lastChoice({ usage: TOLD }),
        ],
      },
      {
        where: 'a chunk with what was cached, as OpenAI names it',
        frames: [chunk({}, 'stop')],
        apart: apart({ usage: { ...TOLD, prompt_tokens_details: { cached_tokens: 4 } } }),
        usage: { input: 7, output: 2, cached: 4, estimated: false },
      },
      {
        where: 'a chunk with what was cached, as DeepSeek names it',
        frames: [lastChoice({ usage: { ...TOLD, prompt_cache_hit_tokens: 4 } })],
        usage: { input: 7, output: 2, cached: 4, estimated: false },
      },
    ];

    for (const { where, frames, apart: separate = '', usage = { input: 7, output: 2, estimated: false } } of PLACES) {
      const before = [ROLE, chunk({ content: 'a' }), ...frames].join('');
      for (const asks of [false, true]) {
        it(`${where}: known, and ${asks ? 'shown to a caller who asked' : 'hidden from one who did not ask'}`, async () => {
          stage = await Stage.set([stream([before, separate, DONE])]);
          const options = asks ? { stream_options: { include_usage: true, x: 1 } } : { stream_options: { x: 1 } };
          const { body } = await stage.raw(options).answer();
          expect(body.toString()).to.equal(before + (asks ? separate : '') + DONE);
          expect((await stage.outcome()).usage).to.deep.equal(usage);
          const sent = stage.upstreams[0]?.received[0]?.body.stream_options;
          expect(sent).to.deep.equal({ include_usage: true, x: 1 });
        });
      }
    }

    it('a caller who forbids it does not see it either, and the log knows it', async () => {
      stage = await Stage.set([
        stream([ROLE, chunk({ content: 'a' }), chunk({}, 'stop'), apart({ usage: TOLD }), DONE]),
      ]);
      const { body } = await stage.raw({ stream_options: { include_usage: false } }).answer();
      expect(body.includes('prompt_tokens')).to.equal(false);
      expect((await stage.outcome()).usage).to.deep.equal({ input: 7, output: 2, estimated: false });
    });

    it('nowhere: it is estimated, and the request is not lost (pitfall 32)', async () => {
      stage = await Stage.set([stream([wholeStream('hello')])]);
      await stage.raw().answer();
      const { usage, status } = await stage.outcome();
      expect(status).to.equal(200);
      expect(usage).to.include({ estimated: true });
    });

    it('an answer that is not streamed is not asked for it', async () => {
      stage = await Stage.set([answer('hello')]);
      await stage.raw({ stream: false }).answer();
      expect(stage.upstreams[0]?.received[0]?.body).not.to.have.property('stream_options');
      expect((await stage.outcome()).usage).to.deep.equal({ input: 5, output: 3, estimated: false });
    });

    it('a strict provider refuses `stream_options`: it is asked without, and the caller sees nothing (pitfall 28)', async () => {
      const strict = {
        detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }],
      };
      stage = await Stage.set([
        (res, request) =>
          ('stream_options' in request.body ? reply(422, strict) : stream([wholeStream('hello')]))(res, request),
      ]);
      const { body } = await stage.raw().answer();
      expect(body.toString()).to.equal(wholeStream('hello'));
    });
  });

  describe('at shutdown', () => {
    const LONG_ENOUGH_MS = 15_000;

    /** Begins to speak, and ends when it is told to. */
    const held = (): { answerer: Answerer; release: () => void } => {
      let release = (): void => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const answerer: Answerer = async (res, { body }) => {
        if (body.stream !== true) {
          await released;
          return reply(200, completion('late'))(res, {} as Received);
        }
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.write([ROLE, said('begun')].join(''));
        await released;
        res.end([said(' and ended'), ...ended()].join(''));
      };
      return { answerer, release };
    };

    it('a stream in flight goes on to its end', async () => {
      const { answerer, release } = held();
      stage = await Stage.set([answerer]);
      const caller = stage.raw();
      await caller.sees('begun');
      const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
      release();
      const { body, whole } = await caller.answer();
      expect(body.toString()).to.equal([ROLE, said('begun'), said(' and ended'), ...ended()].join(''));
      expect(whole).to.equal(true);
      await closed;
    });

    it('a whole answer in flight goes out', async () => {
      const { answerer, release } = held();
      stage = await Stage.set([answerer]);
      const caller = stage.raw({ stream: false });
      await until(() => stage.asked[0] === 1);
      const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
      release();
      const { status, body } = await caller.answer();
      expect(status).to.equal(200);
      expect(JSON.parse(body.toString())).to.deep.equal(completion('late'));
      await closed;
    });

    it('a stream that breaks while it drains is still taken up', async () => {
      let cut = (): void => {};
      const cutting = new Promise<void>((resolve) => {
        cut = resolve;
      });
      stage = await Stage.set([
        async (res) => {
          res.writeHead(200, { 'content-type': 'text/event-stream' });
          res.write([ROLE, ...spoken(TEXT.slice(0, 130))].join(''));
          await cutting;
          res.destroy();
        },
        teller('repeats the last words'),
      ]);
      const caller = stage.raw();
      await caller.sees(spoken(TEXT.slice(0, 130)).at(-1) as string);
      const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
      cut();
      const { body } = await caller.answer();
      expect(body.toString()).to.contain('continues').and.contain('[DONE]').and.not.contain('error');
      await closed;
    });

    it('a stream that lasts too long ends in the error `shutting_down`, without [DONE]', async () => {
      stage = await Stage.set([held().answerer]);
      const caller = stage.raw();
      await caller.sees('begun');
      await stage.proxy.app.close(200);
      const { body, whole } = await caller.answer();
      const [frames, last = ''] = [body.toString().slice(0, -1), body.toString().trimEnd().split('\n\n').at(-1)];
      expect(frames.startsWith([ROLE, said('begun')].join(''))).to.equal(true);
      expect(JSON.parse(last.replace('data: ', '')).error).to.include({ code: 'shutting_down' });
      expect(body.includes('[DONE]')).to.equal(false);
      expect(whole).to.equal(true);
    });

    it('a stream that lasts too long makes the SDK raise', async () => {
      stage = await Stage.set([held().answerer]);
      const read = readWithSdk(stage);
      await until(() => stage.asked[0] === 1);
      await stage.proxy.app.close(200);
      const { error } = await read;
      expect(error).to.be.instanceOf(OpenAI.APIError).and.have.property('code', 'shutting_down');
    });

    it('a stream that waits for who takes it up ends in the error `shutting_down`', async () => {
      stage = await Stage.set([stream([ROLE, ...spoken(TEXT.slice(0, 130))], 'cut'), silence]);
      const caller = stage.raw();
      await until(() => stage.asked[1] === 1);
      await stage.proxy.app.close(200);
      const { body } = await caller.answer();
      expect(body.toString()).to.contain('"code":"shutting_down"').and.not.contain('[DONE]');
    });

    it('a whole answer that takes too long is 503 `shutting_down`', async () => {
      stage = await Stage.set([held().answerer]);
      const caller = stage.raw({ stream: false });
      await until(() => stage.asked[0] === 1);
      await stage.proxy.app.close(200);
      const { status, body } = await caller.answer();
      expect(status).to.equal(503);
      expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
    });

    it('a stream whose first token has not come is 503 `shutting_down`', async () => {
      stage = await Stage.set([silence]);
      const caller = stage.raw();
      await until(() => stage.asked[0] === 1);
      await stage.proxy.app.close(200);
      const { status, body } = await caller.answer();
      expect(status).to.equal(503);
      expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
    });

    it('a new request is refused at once, while those in flight go on', async () => {
      const { answerer, release } = held();
      stage = await Stage.set([answerer]);
      const caller = stage.raw();
      await caller.sees('begun');
      const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
      const { status, headers, body } = await stage.raw().answer();
      expect(status).to.equal(503);
      expect(headers).to.have.property('retry-after', '1');
      expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
      release();
      expect((await caller.answer()).body.includes('[DONE]')).to.equal(true);
      await closed;
      expect(stage.asked).to.deep.equal([1]);
    });

    it('a queued request is refused at once, while those in flight go on (pitfall 42: queued ones got a 500)', async () => {
      const { answerer, release } = held();
      stage = await Stage.set([answerer], { chain: { maxWait: '1h' }, provider: { limits: [{ concurrent: 1 }] } });
      const caller = stage.raw();
      await caller.sees('begun');
      const queued = stage.raw();
      await until(() => stage.proxy.app.runtime.waterfall.waiting === 1);
      const closed = stage.proxy.app.close(LONG_ENOUGH_MS);
      const { status, body } = await queued.answer();
      expect(status).to.equal(503);
      expect(JSON.parse(body.toString()).error).to.include({ code: 'shutting_down' });
      release();
      expect((await caller.answer()).body.includes('[DONE]')).to.equal(true);
      await closed;
      expect(stage.asked).to.deep.equal([1]);
    });

    it('nothing is closed before plugins know of the last request (pitfall 42: the database was closed before)', async () => {
      const { answerer, release } = held();
      stage = await Stage.set([answerer]);
      const order: string[] = [];
      stage.proxy.app.runtime.host.hooks.afterResponse.tapPromise('slow', async () => {
        order.push('told');
        await new Promise((resolve) => setImmediate(resolve));
        order.push('written');
      });
      const caller = stage.raw();
      await caller.sees('begun');
      const closed = stage.proxy.app.close(LONG_ENOUGH_MS).then(() => order.push('closed'));
      release();
      await caller.answer();
      await closed;
      expect(order).to.deep.equal(['told', 'written', 'closed']);
    });

    it('a caller who does not read does not hold it up (pitfall 42: open streams held the exit for ever)', async () => {
      const big = Array.from({ length: 120 }, () => chunk({ content: 'x'.repeat(256 * 1024) }));
      stage = await Stage.set([stream(big, 'hang')]);
      const caller = stage.raw();
      await until(() => caller.bytes > 0);
      caller.socket.pause();
      await stage.proxy.app.close(200);
      expect(stage.upstreams[0]?.openSockets).to.equal(0);
      caller.leave();
    });
  });
});
