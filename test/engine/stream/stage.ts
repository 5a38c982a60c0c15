import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type OpenAI from 'openai';
import type { Pace } from '../../../src/engine/attempt/context.js';
import type { Outcome } from '../../../src/plugin/index.js';
import { RawCaller } from '../../network/raw-caller.js';
import { chainOver, HELLO, type RunningProxy, startProxy } from '../../proxy.js';
import { type Answerer, chunk, DONE, type ReceivedRequest, ScriptedUpstream, stream } from '../../scripted-upstream.js';
import { until } from '../../until.js';

/** Begins the chain's resume instruction. No caller may ever see it. */
export const INSTRUCTION = 'Weiter, ohne ein Wort davor, genau ab hier: ';

/** An address to use in place of the first upstream's. */
export interface Address {
  readonly baseUrl: string;
  close(): Promise<unknown>;
}

export interface Setting {
  readonly chain?: object;
  readonly provider?: object;
  /** What each provider speaks, in the order of the upstreams. */
  readonly speaks?: readonly (readonly string[])[];
  /** Top-level fields beside providers and chains. */
  readonly more?: object;
  /** JavaScript of a plugin. */
  readonly plugin?: string;
  readonly address?: Address | undefined;
  readonly pace?: Pace;
}

/** A proxy in front of scripted upstreams, and the outcomes of its requests. */
export class Stage {
  readonly outcomes: Outcome[] = [];
  readonly upstreams: readonly ScriptedUpstream[];
  readonly proxy: RunningProxy;
  readonly #closing: readonly (() => unknown)[];

  private constructor(
    upstreams: readonly ScriptedUpstream[],
    proxy: RunningProxy,
    closing: readonly (() => unknown)[],
  ) {
    this.upstreams = upstreams;
    this.proxy = proxy;
    this.#closing = closing;
    proxy.app.runtime.host.hooks.afterResponse.tap('test', (outcome) => void this.outcomes.push(outcome));
  }

  /** Starts one upstream for each answerer, which it gives every request. */
  static async set(answerers: readonly Answerer[], setting: Setting = {}): Promise<Stage> {
    const { chain, provider, speaks = [], more, plugin, address, pace } = setting;
    const upstreams = await Promise.all(answerers.map(async (each) => (await ScriptedUpstream.start()).always(each)));
    const folder = mkdtempSync(join(tmpdir(), '429chain-streams-'));
    const file = join(folder, 'plugin.mjs');
    writeFileSync(file, plugin ?? '');
    const resumeInstruction = `${INSTRUCTION}{lastWords}`;
    const configuration = chainOver(upstreams, { resumeInstruction, ...chain }, provider) as {
      readonly providers: Readonly<Record<string, object>>;
    };
    for (const [at, protocols] of speaks.entries()) {
      Object.assign(Object.values(configuration.providers)[at] ?? {}, { speaks: protocols });
    }
    if (address !== undefined) Object.assign(configuration.providers.one ?? {}, { baseUrl: address.baseUrl });
    const options = { ...(plugin === undefined ? {} : { plugins: [file] }), ...(pace && { pace }) };
    return new Stage(upstreams, await startProxy({ ...configuration, ...more }, options), [
      () => rmSync(folder, { recursive: true, force: true }),
      () => address?.close(),
    ]);
  }

  /** Sends a request on a socket of its own. */
  raw(body: object = {}): RawCaller {
    return new RawCaller(this.proxy.address, body);
  }

  /** Resolves with the outcome of the only request so far. */
  async outcome(): Promise<Outcome> {
    await until(() => this.outcomes.length > 0);
    expect(this.outcomes).to.have.length(1);
    return this.outcomes[0] as Outcome;
  }

  /** The number of requests that each upstream got. */
  get requestCounts(): number[] {
    return this.upstreams.map(({ received }) => received.length);
  }

  /** The quotas of the first target. */
  get quotas() {
    const { runtime } = this.proxy.app;
    const [target] = runtime.chains.all[0]?.targets ?? [];
    return target === undefined ? [] : runtime.stateOf(target).quotas;
  }

  async close(): Promise<void> {
    await Promise.all([this.proxy.close(), ...this.upstreams.map((upstream) => upstream.close())]);
    await Promise.all(this.#closing.map((close) => close()));
  }
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What the SDK made of a stream. */
export interface SdkResult {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  readonly error?: unknown;
}

type Delta = OpenAI.ChatCompletionChunk.Choice.Delta & { readonly reasoning?: string };

/** Streams an answer through the OpenAI SDK. */
export const readWithSdk = async ({ proxy }: Stage, body: object = {}): Promise<SdkResult> => {
  const calls: ToolCall[] = [];
  let [text, reasoning] = ['', ''];
  try {
    const chunks = await proxy.client.chat.completions.create({
      model: 'default',
      messages: [...HELLO],
      ...body,
      stream: true,
    });
    for await (const { choices } of chunks) {
      const delta = choices[0]?.delta as Delta | undefined;
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

/** One frame with these data, and an event name if given. */
export const frame = (data: unknown, name?: string): string =>
  `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;

/** Has everything that makes an overlap hard to find: quotes, blank lines, surrogate pairs. */
export const TEXT =
  'Once upon a time a keeper lived in a “lighthouse” by the sea, and counted the waves.\n\nEach evening he wrote ' +
  'their number down, 🌊 by 🌊, until the book was full; then he went to the village and bought another one, with ' +
  'a cover of blue leather, and began where the first had ended.';

/** What the first target sends of `TEXT` before it breaks. */
export const BEGUN = TEXT.slice(0, 130);

export const ROLE = chunk({ role: 'assistant', content: '' });

export const piecesOf = (text: string): string[] => text.match(/.{1,9}/gsu) ?? [];

export const textFrame = (content: string): string => chunk({ content });

export const textFrames = (text: string): string[] => piecesOf(text).map(textFrame);

export const endFrames = (reason = 'stop'): string[] => [chunk({}, reason), DONE];

export const END_OF_STREAM = endFrames().join('');

export const wholeStream = (text: string): string => [ROLE, ...textFrames(text), ...endFrames()].join('');

/** How a target continues an answer. */
export type ResumeStyle = 'repeats the last words' | 'continues after the text it was shown' | 'starts over';

export const RESUME_STYLES: readonly ResumeStyle[] = [
  'repeats the last words',
  'continues after the text it was shown',
  'starts over',
];

/** Returns where in `TEXT` a target starts that was asked like this. */
export const startOf = ({ body }: ReceivedRequest, style: ResumeStyle): number => {
  const messages = body.messages as { role: string; content: string }[];
  const begun = messages.findLast(({ role }) => role === 'assistant')?.content;
  if (begun === undefined || style === 'starts over') return 0;
  expect(TEXT.startsWith(begun), begun).to.equal(true);
  if (style === 'continues after the text it was shown') return begun.length;
  const ask = messages.at(-1)?.content ?? '';
  expect(ask.startsWith(INSTRUCTION), ask).to.equal(true);
  return TEXT.indexOf(ask.slice(INSTRUCTION.length), begun.length);
};

/** A target that knows `TEXT` and continues it. Sends it to its end, or breaks off at `to`. */
export const resuming =
  (style: ResumeStyle, to?: number): Answerer =>
  (res, request) => {
    const rest = textFrames(TEXT.slice(startOf(request, style), to));
    return stream([ROLE, ...rest, ...(to === undefined ? endFrames() : [])], to === undefined ? 'end' : 'cut')(
      res,
      request,
    );
  };

/** A target that sends this text and then breaks off. */
export const breakingAfter = (text: string): Answerer => stream([ROLE, ...textFrames(text)], 'cut');
