import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { ProviderView, Timeouts } from '../../../../src/contract/admin-configuration.js';
import type { ExplainedTarget } from '../../../../src/contract/explain.js';
import { type DraftTarget, inheritedTimeouts, moved, problemOfTarget } from '../../data/chains/chain-draft.js';
import { viewsOf } from '../../data/chains/chain-state.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import { onDemand } from '../common/on-demand.js';
import { toast } from '../common/toast-host.js';
import type { Move, SortableList } from '../lists/sortable-list.js';
import '../lists/sortable-list.js';
import './chain-target.js';
import './target-finder.js';

/** Shorter lists are found by looking. */
const LONG = 8;

/** The targets of an edited chain in their order. Fires `change` (detail: the targets), and `emptied` for the last one. */
@customElement('chain-targets')
export class ChainTargets extends LitElement implements Field {
  static override styles = [
    base,
    css`target-finder { margin-bottom: var(--space-2); } sortable-list { --sortable-list-height: max(20rem, 100dvh - 22rem); }`,
  ];
  @property({ attribute: false }) targets: readonly DraftTarget[] = [];
  /** The timeouts of the chain. */
  @property({ attribute: false }) timeouts: Timeouts = {};
  @property({ attribute: false }) providers: readonly ProviderView[] = [];
  /** The current states of targets. */
  @property({ attribute: false }) states: readonly TargetView[] = [];
  /** What the next request does with a target. */
  @property({ attribute: false }) explained: (key: number) => readonly ExplainedTarget[] = () => [];
  /** The keys of the targets whose panels are open. */
  @state() private open: ReadonlySet<number> = new Set();
  /** The target whose new place the user is asked for. */
  @state() private placing: number | undefined;

  override render() {
    const { targets } = this;
    if (targets.length === 0)
      return html`<p class="muted">No target yet. Requests go to the first one with free capacity; put the best model on top.</p>`;
    return html`
      ${targets.length < LONG ? nothing : html`<target-finder .targets=${targets.map(({ target }) => target)} @find=${({ detail }: CustomEvent<number | undefined>) => this.#reach(detail, false)} @go=${({ detail }: CustomEvent<number | undefined>) => this.#reach(detail, true)}></target-finder>`}
      <sortable-list label="Targets, in the order in which they are tried" .items=${targets}
        .nameOf=${({ target }: DraftTarget) => target}
        .keeps=${({ key }: DraftTarget) => this.open.has(key)}
        .renderItem=${(each: DraftTarget) => this.#target(each)}
        @move=${({ detail: { from, to } }: CustomEvent<Move>) => this.#set(moved(targets, from, to))}></sortable-list>
      ${this.#place()}`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  /** Absent without targets. */
  get #list(): SortableList | null {
    return this.renderRoot.querySelector('sortable-list');
  }

  #target(each: DraftTarget) {
    const { key, target } = each;
    return html`<chain-target
      target=${target}
      .limits=${each.limits}
      .timeouts=${each.timeouts}
      .inherited=${inheritedTimeouts(each, this.timeouts, this.providers)}
      .explained=${this.explained(key)}
      .problem=${problemOfTarget(target, this.providers)}
      .views=${viewsOf(target, this.states)}
      ?open=${this.open.has(key)}
      @fold=${() => this.#fold(key)}
      @change=${({ detail }: CustomEvent<Partial<DraftTarget>>) => this.#set(this.targets.map((one) => (one.key === key ? { ...one, ...detail } : one)))}
      @move-to=${({ detail }: CustomEvent<number>) => this.#moveTo(key, detail)}
      @remove=${() => this.#remove(key)}
    ></chain-target>`;
  }

  #place() {
    const index = this.targets.findIndex(({ key }) => key === this.placing);
    const placed = this.targets[index];
    if (placed === undefined) return nothing;
    return html`<place-dialog .name=${placed.target} .place=${index + 1} .count=${this.targets.length} @placed=${({
      detail,
    }: CustomEvent<number>) => {
      this.placing = undefined;
      this.#moveTo(placed.key, detail - 1);
    }} @close=${() => (this.placing = undefined)}></place-dialog>`;
  }

  #reach(index: number | undefined, focuses: boolean): void {
    const key = index === undefined ? undefined : this.targets[index]?.key;
    if (key === undefined) return;
    if (focuses) this.#list?.focusItem(key);
    else this.#list?.showItem(key);
  }

  #fold(key: number): void {
    const open = new Set(this.open);
    if (!open.delete(key)) open.add(key);
    this.open = open;
  }

  async #moveTo(key: number, to: number): Promise<void> {
    if (to < 0) {
      this.placing = key;
      onDemand(() => import('./place-dialog.js'));
      return;
    }
    const from = this.targets.findIndex((each) => each.key === key);
    this.#set(moved(this.targets, from, Math.min(to, this.targets.length - 1)));
    await this.#rendered();
    this.#list?.focusItem(key);
  }

  async #remove(removedKey: number): Promise<void> {
    const place = this.targets.findIndex(({ key }) => key === removedKey);
    const removed = this.targets[place];
    if (removed === undefined) return;
    this.#set(this.targets.toSpliced(place, 1));
    const undo = { label: 'Undo', run: () => this.#set(this.targets.toSpliced(place, 0, removed)) };
    toast({ text: `${removed.target} is taken out.`, action: undo });
    await this.#rendered();
    // The focused button was removed.
    const neighbour = this.targets[Math.min(place, this.targets.length - 1)];
    if (neighbour === undefined) this.dispatchEvent(new CustomEvent('emptied'));
    else this.#list?.focusItem(neighbour.key);
  }

  /** Resolves when the list shows the targets that its owner has set. */
  async #rendered(): Promise<void> {
    await new Promise(requestAnimationFrame);
    await this.updateComplete;
    await this.#list?.updateComplete;
  }

  #set(targets: readonly DraftTarget[]): void {
    this.dispatchEvent(new CustomEvent('change', { detail: targets }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-targets': ChainTargets;
  }
}
