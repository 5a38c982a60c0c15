import { recorded } from '../requests/recorded.js';
import { NO_ANSWER } from './answer.js';
import { type Message, type Run, runOf, type Side, type ToolResult, type Turn } from './conversation.js';
import type { Draft } from './draft.js';
import { askedBy, protocolOf, requestOf } from './protocols.js';
import { requestId, sendRequest } from './send.js';

type Asked = Exclude<Message, { role: 'assistant' }>;

/** The requests of the page and their answers: asks, stops, asks again. */
class Talk {
  turns: readonly Turn[] = [];
  readonly #running = new Map<string, AbortController>();
  #onChange = (): void => {};

  /** Has a listener called whenever something of it changed, in place of the one before. */
  listen(listener: () => void): void {
    this.#onChange = listener;
  }

  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** Asks what the draft has, each of its models. @returns a promise for the end of all answers and their log records */
  ask(draft: Draft): Promise<void> {
    return this.#ask(draft, askedBy(draft), this.turns, draft.models.length > 1 ? [0, 1] : [0]);
  }

  /** Sends the results of the tools that an answer called. */
  answerCalls(draft: Draft, { side }: Run, results: readonly ToolResult[]): Promise<void> {
    const isCompared = draft.models.length > 1 || this.turns.at(-1)?.runs.length === 2;
    return this.#ask(draft, { role: 'results', results }, this.turns, [side], isCompared ? side : undefined);
  }

  /** Asks the same once more, with the draft as it is now, in place of the old answer. */
  again(draft: Draft, turn: Turn, run: Run): Promise<void> {
    const before = this.turns.slice(0, this.turns.indexOf(turn));
    const { asked, protocol } = turn;
    const files = asked.role === 'user' ? asked.attachments : [];
    const prompt = asked.role === 'user' ? asked.text : '';
    const as = { ...draft, protocol, prompt, attachments: files };
    if (turn.runs.length > 1) {
      const { body, file } = requestOf(as, asked, before, run.side);
      return this.#run(turn.id, { ...freshRun(as, run.side, body), ...(file === undefined ? {} : { file }) });
    }
    this.turns = this.turns.filter((each) => each !== turn);
    return this.#ask(as, asked, before, as.models.length > 1 && asked.role === 'user' ? [0, 1] : [run.side], turn.only);
  }

  /** Stops one request, or all of them. */
  stop(run?: Run): void {
    for (const [id, controller] of this.#running) if (run === undefined || run.id === id) controller.abort();
  }

  clear(): void {
    this.stop();
    this.turns = [];
    this.#onChange();
  }

  async #ask(draft: Draft, asked: Asked, before: readonly Turn[], sides: readonly Side[], only?: Side): Promise<void> {
    const runs = sides.map((side) => {
      const { body, file } = requestOf(draft, asked, before, side);
      return { ...freshRun(draft, side, body), ...(file === undefined ? {} : { file }) };
    });
    const turn: Turn = {
      id: requestId(),
      protocol: draft.protocol,
      asked,
      runs,
      ...(only === undefined ? {} : { only }),
    };
    this.turns = [...this.turns, turn];
    await Promise.all(runs.map((run) => this.#run(turn.id, run)));
  }

  async #run(turn: string, run: Run): Promise<void> {
    const { id } = run;
    const found = this.turns.find((each) => each.id === turn);
    if (found === undefined) return;
    const running = new AbortController();
    this.#running.set(id, running);
    this.#replace(turn, run);
    const change = (news: Partial<Run>): void => {
      const now = this.turns.find((each) => each.id === turn);
      const current = now && runOf(now, run.side);
      if (current?.id === id) this.#replace(turn, { ...current, ...news });
    };
    try {
      await sendRequest(protocolOf(found.protocol), id, run, (answer) => change({ answer }), running.signal).then(
        (answer) => change({ answer, state: 'done' }),
      );
    } catch (error) {
      change(running.signal.aborted ? { state: 'stopped' } : { state: 'failed', problem: error as Error });
    }
    this.#running.delete(id);
    change({});
    change({ record: (await recorded(id)) ?? 'missing' });
  }

  #replace(turn: string, run: Run): void {
    this.turns = this.turns.map((each) =>
      each.id === turn ? { ...each, runs: each.runs.map((old) => (old.side === run.side ? run : old)) } : each,
    );
    this.#onChange();
  }
}

/** The conversation of this tab. It outlasts the page: a look at a request in the log does not end it. */
export const talk = new Talk();
addEventListener('signed-out', () => talk.clear());

const freshRun = ({ models }: Draft, side: Side, body: Run['body']): Run => ({
  id: requestId(),
  side,
  model: models[side] ?? models[0] ?? '',
  body,
  state: 'running',
  answer: NO_ANSWER,
});
