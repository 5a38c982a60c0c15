import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { ConflictError, type Held } from '../server/saving.js';
import { type ChainDraft, chainDraft, type DraftTarget, draftAsWritten, draftTarget, toSave } from './chain-draft.js';
import { type ChainAsWritten, type Chains, heldChain, isSame, saveChain } from './chains.js';

/**
 * Edits one chain: the saved version, the draft and the result of saving. A change made elsewhere is taken over if the
 * draft has no changes, and is a conflict otherwise.
 */
export class ChainEditing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  /** The saved name. The draft may have another. */
  name = '';
  /** Absent if there is no such chain. */
  draft: ChainDraft | undefined;
  /** Why saving failed; a `ConflictError` may appear before saving. */
  problem: unknown;
  saving = false;
  #from: Held<ChainAsWritten> = { revision: '', value: undefined };
  #again = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {}

  /** The draft has unsaved changes. */
  get changed(): boolean {
    if (this.draft === undefined) return false;
    return this.draft.name !== this.name || !isSame(draftAsWritten(this.draft), this.#from.value);
  }

  /** The chain was never saved. */
  get isNew(): boolean {
    return this.#from.value === undefined;
  }

  /** Starts a new chain. */
  begin(): void {
    this.#set(chainDraft(this.name));
  }

  change(change: Partial<ChainDraft>): void {
    if (this.draft !== undefined) this.#set({ ...this.draft, ...change });
  }

  get targets(): readonly DraftTarget[] {
    return this.draft?.targets ?? [];
  }

  setTargets(targets: readonly DraftTarget[]): void {
    this.change({ targets });
  }

  add(target: string): void {
    this.setTargets([...this.targets, draftTarget({ target })]);
  }

  takeOut(target: string): void {
    this.setTargets(this.targets.filter((each) => each.target !== target));
  }

  /** Takes over the saved version; in a conflict, the other one. @returns the discarded draft */
  discard(): ChainDraft | undefined {
    const { draft } = this;
    this.#settle();
    const { value } = this.#from;
    this.problem = undefined;
    this.#set(value === undefined ? undefined : chainDraft(this.name, value));
    return draft;
  }

  restore(draft: ChainDraft | undefined): void {
    this.#set(draft);
  }

  /**
   * Compares the draft with the loaded chains.
   * @returns whether a change made elsewhere replaced the draft
   */
  look(chains: Chains): boolean {
    // While a save is under way, the loaded chains may be older.
    if (this.saving) return false;
    const now = heldChain(chains, this.name);
    const isFirst = this.#from.revision === '';
    const isMine = this.draft !== undefined && isSame(now.value, draftAsWritten(this.draft));
    if (!isFirst && isSame(now.value, this.#from.value)) {
      this.#from = now;
      if (this.problem instanceof ConflictError) this.problem = undefined;
    } else if (isFirst || isMine || !this.changed) {
      this.#from = now;
      if (!isMine) this.draft = now.value === undefined ? undefined : chainDraft(this.name, now.value);
      this.problem = undefined;
      this.#host.requestUpdate();
      return !isFirst && !isMine;
    } else {
      this.problem = new ConflictError(now);
    }
    this.#host.requestUpdate();
    return false;
  }

  /**
   * Saves the draft. A call during a save repeats the save once after it. In a conflict it does nothing: the user has to
   * choose a version first.
   * @returns whether the draft is saved
   */
  async save(): Promise<boolean> {
    if (this.problem instanceof ConflictError) return false;
    if (this.saving) {
      this.#again = true;
      return false;
    }
    this.saving = true;
    this.problem = undefined;
    this.#host.requestUpdate();
    try {
      do {
        this.#again = false;
        await this.#saveOnce();
      } while (this.#again && this.changed);
      return true;
    } catch (error) {
      this.problem = error;
      return false;
    } finally {
      this.saving = false;
      this.#host.requestUpdate();
    }
  }

  keepMine(): Promise<boolean> {
    this.#settle();
    return this.save();
  }

  /** Ends a conflict: from now on, the other version is the saved one. */
  #settle(): void {
    if (!(this.problem instanceof ConflictError)) return;
    this.#from = this.problem.current as Held<ChainAsWritten>;
    this.problem = undefined;
  }

  async #saveOnce(): Promise<void> {
    const { draft } = this;
    if (draft === undefined) return;
    const { revision } = await saveChain(this.name, this.#from, toSave(draft));
    this.name = draft.name;
    this.#from = { revision, value: draftAsWritten(draft) };
  }

  #set(draft: ChainDraft | undefined): void {
    this.draft = draft;
    this.#host.requestUpdate();
  }
}
