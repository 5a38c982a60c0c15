import type { Answer } from '../../src/demo/answers.js';
import { type ChatRequest, readChatRequest } from '../../src/demo/chat-request.js';
import { type Heading, streamFrames, wholeCompletion } from '../../src/demo/completions.js';
import type { Plan } from './arrivals.js';
import { DIALECTS, type SimulatedDialect } from './dialects/dialects.js';
import { Gate, type Ticket, type WorldRefusal } from './gate.js';
import type { Peer } from './network.js';
import { Random } from './random.js';
import { type FailureKind, type Latency, latencyOf, type WorldProvider } from './world.js';

/** One call that reached a provider. */
export interface Call {
  /** `provider/model` */
  readonly target: string;
  readonly plan: Plan;
  readonly sentAt: number;
  readonly arrivedAt: number;
  /** `left`: the caller left before the end. */
  outcome: 'open' | 'answered' | 'refused' | 'failed' | 'left';
  /** The ledger's view of the target when the call was sent; empty by default. */
  readonly belief: string;
  /** The refusal, if it was refused. */
  readonly refusal?: WorldRefusal;
}

const FAILURES: Readonly<Record<'error' | 'overloaded', readonly [status: number, body: object]>> = {
  error: [500, { error: { message: 'The server had an error while processing your request', type: 'server_error' } }],
  overloaded: [503, { error: { message: 'The model is overloaded. Please try again later.', type: 'server_error' } }],
};

/** From arrival to the response of a refusal or a failure, in ms. */
const REFUSING = [3, 12] as const;
const FAILING = [20, 900] as const;

const PIECES = ['In ', 'few ', 'words: ', 'yes.'];

/** A provider in this process and in virtual time: it enforces its limits and answers in its dialect. */
export class SimulatedProvider {
  readonly spec: WorldProvider;
  readonly #dialect: SimulatedDialect;
  readonly #gates: ReadonlyMap<string, Gate>;
  readonly #random: Random;
  readonly #plans: readonly Plan[];
  readonly #calls: Call[];
  readonly #latency: Latency;
  readonly #now: () => number;

  /**
   * @param plans a request names its index among these
   * @param calls every call is appended here
   */
  constructor(spec: WorldProvider, plans: readonly Plan[], calls: Call[], seed: number) {
    const { dialect, limits, models, counts = 'used', refusedCount = false, skewMs = 0 } = spec;
    this.spec = spec;
    this.#dialect = DIALECTS[dialect];
    this.#random = new Random(seed, `provider ${spec.id}`);
    this.#plans = plans;
    this.#calls = calls;
    this.#latency = latencyOf(spec);
    this.#now = () => Date.now() + skewMs;
    const make = (): Gate => new Gate(limits, this.#now, { counts, refusedCount });
    const shared = this.#dialect.covers === 'account' ? make() : undefined;
    this.#gates = new Map(models.map((model) => [model, shared ?? make()]));
  }

  /** A request arrives. Returns a function to call when its caller leaves. */
  receive(body: string, sent: { readonly at: number; readonly belief: string }, peer: Peer): () => void {
    const asked = readChatRequest(body);
    if (typeof asked === 'string') throw new Error(asked);
    const gate = this.#gates.get(asked.model);
    const planned = this.#plans[Number(asked.messages[0]?.text.split(' ')[0])];
    if (gate === undefined || planned === undefined) throw new Error(`${this.spec.id} cannot read this: ${body}`);
    const plan = asSent(planned, asked);
    const noted = {
      target: `${this.spec.id}/${asked.model}`,
      plan,
      sentAt: sent.at,
      belief: sent.belief,
      arrivedAt: Date.now(),
    };
    const ticket = gate.admit(plan);
    if (!ticket.granted) {
      this.#calls.push({ ...noted, outcome: 'refused', refusal: ticket });
      return this.#refuse(asked, ticket, gate, peer);
    }
    const call: Call = { ...noted, outcome: 'open' };
    this.#calls.push(call);
    const { failing } = this.spec;
    if (failing !== undefined && this.#random.next() < failing.share) {
      return this.#fail(this.#random.pick(failing.kinds), call, ticket, peer);
    }
    return this.#answer(asked, call, gate, ticket, peer);
  }

  #refuse(asked: ChatRequest, refusal: WorldRefusal, gate: Gate, peer: Peer): () => void {
    const refused = { model: asked.model, refusal, standings: gate.standings(), now: this.#now() };
    const { status, headers = {}, body } = this.#dialect.refuse(refused);
    return after([[this.#random.between(REFUSING), () => this.#whole(peer, status, headers, JSON.stringify(body))]]);
  }

  #fail(kind: FailureKind, call: Call, ticket: Ticket, peer: Peer): () => void {
    call.outcome = 'failed';
    if (kind === 'hang') return () => ticket.leave();
    return after([
      [
        this.#random.between(FAILING),
        () => {
          ticket.leave();
          if (kind === 'reset') return peer.reset();
          const [status, body] = FAILURES[kind];
          this.#whole(peer, status, {}, JSON.stringify(body));
        },
      ],
    ]);
  }

  #answer(asked: ChatRequest, call: Call, gate: Gate, ticket: Ticket, peer: Peer): () => void {
    const { head, headSpread, perToken } = this.#latency;
    const { answerHeaders, completions } = this.#dialect;
    const { prompt, completion } = call.plan;
    const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
    const answer: Answer = { pieces: PIECES, finishReason: 'stop', usage };
    const heading: Heading = {
      id: `${completions.idPrefix}${call.plan.index}`,
      created: Math.floor(this.#now() / 1000),
      model: asked.model,
    };
    const speak = (): Readonly<Record<string, string>> => answerHeaders(gate.standings(), this.#now(), asked.stream);
    const early = this.spec.headersAt === 'head' ? undefined : speak();
    const headMs = this.#random.spread(head, headSpread);
    const allMs = headMs + completion * perToken;
    const over = (): void => {
      call.outcome = 'answered';
      ticket.leave();
    };
    const leave = (): void => {
      call.outcome = 'left';
      ticket.leave();
    };
    if (!asked.stream) {
      const send = (): void => {
        const headers = early ?? speak();
        over();
        this.#whole(peer, 200, headers, JSON.stringify(wholeCompletion(heading, answer, completions)));
      };
      return after([[allMs, send]], leave);
    }
    const frames = streamFrames(heading, answer, completions, asked.includeUsage);
    const steps = frames.map((frame, index): Step => {
      const at = headMs + ((allMs - headMs) * index) / frames.length;
      return [at, () => peer.data(frame)];
    });
    const begin = (): void => peer.head(200, this.#headers(early ?? speak(), 'text/event-stream'));
    const end = (): void => {
      over();
      peer.end();
    };
    return after([[headMs, begin], ...steps, [allMs, end]], leave);
  }

  #whole(peer: Peer, status: number, headers: Readonly<Record<string, string>>, body: string): void {
    peer.head(status, this.#headers(headers, 'application/json'));
    peer.data(body);
    peer.end();
  }

  /** Every response has the time of the server's clock. */
  #headers(headers: Readonly<Record<string, string>>, contentType: string): Readonly<Record<string, string>> {
    return { date: new Date(this.#now()).toUTCString(), 'content-type': contentType, ...headers };
  }
}

/** The engine may send another bound than the caller's, and an answer is no longer than that. */
const asSent = (plan: Plan, { maxTokens }: ChatRequest): Plan => ({
  ...plan,
  bound: Number.isFinite(maxTokens) ? maxTokens : undefined,
  completion: Math.min(plan.completion, maxTokens),
});

type Step = readonly [afterMs: number, action: () => void];

/** Runs steps one after the other. Returns a function that stops them and runs `stopped` instead. */
const after = (steps: readonly Step[], stopped: () => void = () => {}): (() => void) => {
  let done = 0;
  const timers = steps.map(([ms, action]) =>
    setTimeout(() => {
      done++;
      action();
    }, ms),
  );
  return () => {
    if (done === steps.length) return;
    for (const timer of timers) clearTimeout(timer);
    stopped();
  };
};
