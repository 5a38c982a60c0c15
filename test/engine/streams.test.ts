import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import OpenAI from 'openai';
import type { Outcome } from '../../src/plugin/index.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../proxy.js';
import { RawCaller } from '../raw-caller.js';
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
} from '../scripted-upstream.js';
import { until } from '../until.js';

/** What a chain of these tests asks with; none of it may ever reach a caller. */
const ASKING = 'Weiter, ohne ein Wort davor, genau ab hier: ';

interface Setting {
  readonly chain?: object;
  readonly provider?: object;
  /** Of the configuration, beside providers and chains. */
  readonly more?: object;
  /** JavaScript of a plugin. */
  readonly plugin?: string;
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
  static async set(answerers: readonly Answerer[], { chain, provider, more, plugin }: Setting = {}): Promise<Stage> {
    const upstreams = await Promise.all(answerers.map(async (each) => (await ScriptedUpstream.start()).always(each)));
    const folder = mkdtempSync(join(tmpdir(), '429chain-streams-'));
    const file = join(folder, 'plugin.mjs');
    writeFileSync(file, plugin ?? '');
    const configuration = chainOver(upstreams, { resumeInstruction: `${ASKING}{lastWords}`, ...chain }, provider);
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
      const delta = choices[0]?.delta as
        | (OpenAI.ChatCompletionChunk.Choice.Delta & { reasoning?: string })
        | undefined;
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
const spoken = (text: string): string[] => piecesOf(text).map((content) => chunk({ content }));
const ended = (reason = 'stop'): string[] => [chunk({}, reason), DONE];
const wholeStream = (text: string): string => [ROLE, ...spoken(text), ...ended()].join('');

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
      { cause: 'the role, then silence', first: stream([ROLE], 'hang'), says: /no first/, prevents: AT_THE_STATUS_LINE },
      { cause: 'half a frame, then the end', first: stream([ROLE, chunk({ content: 'x' }).slice(0, 40)]), says: /JSON/ },
      {
        cause: 'an encoding that nobody asked for',
        first: stream(['\x1f\x8b'], 'hang', { 'content-encoding': 'gzip' }),
        says: /gzip/,
      },
    ];

    for (const { cause, first = silence, address, class: expected = 'server_error', says, prevents } of CAUSES) {
      it(`${cause}${prevents === undefined ? '' : ` (${prevents})`}`, async () => {
        const baseUrl = await address?.();
        const timeouts = { connect: '300ms', firstToken: baseUrl === undefined ? '400ms' : '10s' };
        stage = await Stage.set([first, stream([wholeStream('from the second')])], { chain: { timeouts } });
        if (baseUrl !== undefined) {
          const { upstreams } = stage;
          const { providers, chains } = chainOver(upstreams, { timeouts }) as Record<string, Record<string, object>>;
          await stage.close();
          stage = await Stage.set([first, stream([wholeStream('from the second')])]);
          await stage.proxy.close();
          const [, second] = stage.upstreams;
          const proxy = await startProxy({
            providers: {
              one: { ...providers?.one, baseUrl },
              two: { ...providers?.two, baseUrl: second?.baseUrl },
            },
            chains,
          });
          const { upstreams: fresh } = stage;
          stage = Object.assign(Object.create(Stage.prototype), { ...stage, proxy, upstreams: fresh });
        }
        const { status, headers, body, whole } = await stage.raw().answer();
        expect(body.toString()).to.equal(wholeStream('from the second'));
        expect({ status, whole }).to.deep.equal({ status: 200, whole: true });
        expect(headers).to.include({ 'x-429chain-target': 'two/a-model', 'x-429chain-attempts': '2' });
        const { tries, resumed } = await stage.outcome();
        expect(tries.map(({ failure }) => failure?.class)).to.deep.equal([expected, undefined]);
        expect(tries[0]?.failure?.message).to.match(says);
        expect(resumed).to.equal(0);
      });
    }
  });
});
