import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { ConfigurationReply, ProblemView } from '../../../../src/contract/admin-configuration.js';
import { ApiError, call } from '../server/client.js';
import { ConflictError, type Held, saveText } from '../server/saving.js';

/** The pause in typing before the text is checked. */
const REST_MS = 300;

const heldOf = ({ revision, text }: ConfigurationReply): Held<string> => ({ revision, value: text });

/** Edits the configuration text: the saved text, the current text and its problems. */
export class ConfigurationEditing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #from: Held<string> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #checking: AbortController | undefined;
  text = '';
  problems: readonly ProblemView[] = [];
  /** Why saving or checking failed. */
  problem: unknown;
  saving = false;
  /** A check of the text is pending. */
  checking = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#stopChecking();
  }

  get changed(): boolean {
    return this.#from !== undefined && this.text !== this.#from.value;
  }

  /** Takes the text from disk, unless there is unsaved input. Saving finds conflicts. */
  take(reply: ConfigurationReply): void {
    if (this.changed) return;
    this.#from = heldOf(reply);
    this.text = reply.text;
    this.problems = reply.problems;
  }

  type(text: string): void {
    this.text = text;
    this.problem = undefined;
    this.#stopChecking();
    this.checking = this.changed;
    if (this.changed) this.#timer = setTimeout(() => void this.#check(), REST_MS);
    else this.problems = [];
    this.#host.requestUpdate();
  }

  discard(): void {
    this.#stopChecking();
    this.text = this.#from?.value ?? '';
    this.problems = [];
    this.problem = undefined;
    this.#host.requestUpdate();
  }

  /** Resolves a conflict: takes the other version, or keeps the user's own on top of it. */
  settle(whose: 'theirs' | 'mine'): void {
    if (!(this.problem instanceof ConflictError)) return;
    this.#from = this.problem.current as Held<string>;
    if (whose === 'theirs') this.discard();
    this.problem = undefined;
    this.#host.requestUpdate();
  }

  /** @returns whether the text is in force now; otherwise `problem` or `problems` says why */
  async save(): Promise<boolean> {
    const from = this.#from;
    if (from === undefined || this.saving || !this.changed || this.problem instanceof ConflictError) return false;
    this.#stopChecking();
    const { text } = this;
    this.saving = true;
    this.problem = undefined;
    this.#host.requestUpdate();
    try {
      const reread = async () => heldOf(await call('GET /configuration'));
      const { revision } = await saveText(text, from, reread);
      this.#from = { revision, value: text };
      // Newer input has its own check.
      if (this.text === text) this.problems = [];
      return true;
    } catch (error) {
      const problems =
        error instanceof ApiError ? (error.details.problems as readonly ProblemView[] | undefined) : undefined;
      if (problems === undefined) this.problem = error;
      else if (this.text === text) this.problems = problems;
      return false;
    } finally {
      this.saving = false;
      this.#host.requestUpdate();
    }
  }

  async #check(): Promise<void> {
    const checking = new AbortController();
    this.#checking = checking;
    try {
      const { problems } = await call('POST /configuration/check', {
        body: { text: this.text },
        signal: checking.signal,
      });
      if (checking.signal.aborted) return;
      this.problems = problems;
    } catch (error) {
      if (checking.signal.aborted) return;
      this.problem = error;
    }
    this.checking = false;
    this.#host.requestUpdate();
  }

  #stopChecking(): void {
    clearTimeout(this.#timer);
    this.#checking?.abort();
    this.checking = false;
  }
}
