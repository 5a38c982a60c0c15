import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ChainSettingsView } from '../../../../src/contract/admin-configuration.js';
import type { ExplainedTarget, Explanation } from '../../../../src/contract/explain.js';
import { isTarget } from '../format.js';
import { type ApiError, call } from '../server/client.js';

const AT_MOST_EVERY_MS = 250;
/** How long to wait for a target whose time has come by the clock of this browser, but not by the server's. */
const OVERDUE_MS = 2_000;
/** Shorter than the longest delay of a timer. */
const LATEST_MS = 3_600_000;

interface Listed {
  readonly key: number;
  readonly target: string;
}

/** Explains what the next request would do with a list of targets, saved or not, and keeps the explanation up to date. */
export class Preview implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  explanation: Explanation | undefined;
  error: ApiError | undefined;
  #byKey: ReadonlyMap<number, readonly ExplainedTarget[]> = new Map();
  #chain: string | undefined;
  #targets: readonly Listed[] = [];
  #rules: ChainSettingsView = {};
  #running: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = 0;
  /** An event arrived after the pending request was sent. */
  #outdated = false;
  #askedAt = 0;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#running?.abort();
    this.#running = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Events pass unseen until it is shown again.
    this.#targets = [];
  }

  /** The explanation for one target of the list, with each key of its provider; empty while it is unknown. */
  of(key: number): readonly ExplainedTarget[] {
    return this.#byKey.get(key) ?? [];
  }

  /**
   * Explains the list at once if it differs. `chain` is the saved chain whose settings apply, except for those that make
   * rules: `free` and `privacy` are those of the draft.
   */
  show(chain: string | undefined, targets: readonly Listed[], { free, privacy }: ChainSettingsView = {}): void {
    const rules: ChainSettingsView = { ...(free && { free }), ...(privacy && { privacy }) };
    const isSame =
      chain === this.#chain &&
      namesOf(targets) === namesOf(this.#targets) &&
      JSON.stringify(rules) === JSON.stringify(this.#rules);
    this.#chain = chain;
    this.#targets = targets;
    this.#rules = rules;
    if (!isSame) void this.#ask();
  }

  /**
   * Call it after an event: explains the list again soon, and once for several events. It waits for a pending response:
   * aborting it for each event would leave a slow server without any.
   */
  refresh(): void {
    if (this.#running !== undefined) this.#outdated = true;
    else if (this.#targets.length > 0) this.#in(this.#askedAt + AT_MOST_EVERY_MS - Date.now());
  }

  #in(ms: number): void {
    const dueAt = Date.now() + Math.max(0, ms);
    if (this.#timer !== undefined && this.#dueAt <= dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => void this.#ask(), dueAt - Date.now());
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#outdated = false;
    this.#askedAt = Date.now();
    const targets = this.#targets;
    const model = this.#chain === undefined ? {} : { model: this.#chain };
    const body = { ...model, targets: targets.map(({ target }) => target), rules: this.#rules };
    try {
      const explanation =
        targets.length === 0 ? undefined : await call('POST /explain', { body, signal: running.signal });
      if (running.signal.aborted) return;
      this.error = undefined;
      this.#take(explanation, targets);
    } catch (error) {
      if (running.signal.aborted) return;
      this.error = error as ApiError;
      this.#take(undefined, []);
    }
    this.#running = undefined;
    if (this.#outdated) this.refresh();
    this.#host.requestUpdate();
  }

  #take(explanation: Explanation | undefined, targets: readonly Listed[]): void {
    this.explanation = explanation;
    const steps = explanation?.targets ?? [];
    this.#byKey = new Map(
      targets.map(({ key, target }) => [key, steps.filter((step) => isTarget(target, step.target))]),
    );
    const waits = steps.flatMap(({ step, retryAt }) => (step === 'skipped' && retryAt !== undefined ? [retryAt] : []));
    // The end of a cooldown sends no event.
    if (waits.length > 0) this.#in(Math.min(...waits.map(untilLook)));
  }
}

/** When to ask again for a target that comes back at `retryAt`, in ms from now. */
const untilLook = (retryAt: number): number => {
  const left = retryAt - Date.now();
  return left <= 0 ? OVERDUE_MS : Math.min(LATEST_MS, Math.max(AT_MOST_EVERY_MS, left));
};

const namesOf = (targets: readonly Listed[]): string => JSON.stringify(targets.map(({ key, target }) => [key, target]));
