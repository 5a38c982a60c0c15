import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TargetView } from '../../../../src/contract/admin-api.js';
import type { Timeouts } from '../../../../src/contract/admin-configuration.js';
import type { ExplainedTarget } from '../../../../src/contract/explain.js';
import type { Limit } from '../../../../src/contract/quota.js';
import { Ticker } from '../../data/browser/ticker.js';
import { counted, partsOf, shortNumber, spanText } from '../../data/format.js';
import { tightest } from '../../data/providers/capacity.js';
import { failureText } from '../../data/providers/health.js';
import { draftOf, windowText } from '../../data/providers/limit-draft.js';
import { base } from '../../styles/base.js';
import type { Action } from '../common/action-menu.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import { onDemand } from '../common/on-demand.js';
import '../common/action-menu.js';
import '../common/quota-bar.js';
import '../common/ui-icon.js';
import './target-now.js';

const TIMEOUTS: readonly (readonly [keyof Timeouts, string])[] = [
  ['connect', 'connect'],
  ['firstToken', 'first token'],
  ['idle', 'idle'],
  ['total', 'total'],
];

/** Most keys of which a bar is shown outside of the panel. */
const MOST_BARS = 2;

/** The fields of a panel, which is closed at first. */
const loadPanel = (): Promise<unknown> =>
  Promise.all([import('../forms/limits-field.js'), import('../forms/timeouts-field.js')]);

/** Why a target may be asked in a chain with rules. */
const groundsOf = ({ free, training }: ExplainedTarget): string =>
  [free, training]
    .flatMap((each) =>
      each === undefined ? [] : [` · ${each.why}${each.date === undefined ? '' : ` (${each.date})`}`],
    )
    .join('');

/** A rule of the chain forbids the target. */
const isForbidden = ({ free, training }: ExplainedTarget): boolean =>
  (free !== undefined && free.free !== true) || (training !== undefined && training.training !== 'no');

/**
 * A target of an edited chain: its part in the next request, what is left of it, and in its panel its state, limits and
 * timeouts. Fires `fold`, `change` (detail: the changed settings), `move-to` (detail: an index; -1 asks for one) and `remove`.
 */
@customElement('chain-target')
export class ChainTarget extends LitElement implements Field {
  static override styles = [
    base,
    css`
      :host { container-type: inline-size; }
      .head { display: grid; grid-template: 'name name buttons' auto 'about left left' auto / minmax(0, 1fr) minmax(0, 6.5rem) auto; column-gap: var(--space-3); align-items: start; }
      .about { grid-area: about; overflow-wrap: anywhere; } .left { grid-area: left; display: grid; gap: var(--space-1); }
      .name { grid-area: name; font-weight: 550; padding-top: 0.39rem; overflow-wrap: anywhere; }
      .name span { color: var(--muted); font-weight: 400; }
      .step { font-size: var(--text-s); color: var(--muted); min-height: 1.1rem; display: flex; min-width: 0; white-space: nowrap; }
      .step bdi { overflow: hidden; text-overflow: ellipsis; } .step span { flex: none; white-space: pre; }
      .step.asked { color: var(--good); font-weight: 620; } .step.skipped { color: var(--warn); }
      .summary { color: var(--muted); font-size: var(--text-s); }
      .buttons { grid-area: buttons; display: flex; gap: var(--space-1); justify-content: flex-end; }
      .panel { display: grid; gap: var(--space-3); padding: var(--space-2) 0 var(--space-2); }
      @container (max-width: 22rem) { .head { grid-template: 'name name' auto 'about buttons' auto 'left left' auto / minmax(0, 1fr) auto; } .buttons { margin-block: -0.375rem -0.25rem; } .left { margin-top: var(--space-1); } .words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .toggle { width: 2.5rem; padding: 0; } }
      @media (max-width: 40rem) { .name { padding-top: 0.64rem; } .words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .toggle { width: 2.5rem; padding: 0; } }
    `,
  ];
  @property() target = '';
  @property({ attribute: false }) limits: readonly Limit[] = [];
  @property({ attribute: false }) timeouts: Timeouts = {};
  /** The inherited timeouts. */
  @property({ attribute: false }) inherited: Timeouts = {};
  /** Its part in the next request, with each key of its provider. */
  @property({ attribute: false }) explained: readonly ExplainedTarget[] = [];
  /** Why the target is invalid. */
  @property() problem = '';
  /** Its states, with each key of its provider; empty for a target that no saved chain has. */
  @property({ attribute: false }) views: readonly TargetView[] = [];
  /** The panel is shown. */
  @property({ type: Boolean }) open = false;

  constructor() {
    super();
    new Ticker(this);
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('open') && this.open) onDemand(loadPanel);
  }

  override render() {
    const { provider, model } = partsOf(this.target);
    const summary = this.#summary();
    return html`
      <div class="head">
        <p class="name"><span>${provider}/</span>${model}</p>
        <div class="about">
          ${this.explained.length === 0 ? html`<p class="step"></p>` : this.explained.map((each) => this.#step(each))}
          ${this.#failure()}
          ${this.problem === '' ? nothing : html`<p class="problem">${this.problem}</p>`}
          ${summary === '' || this.open ? nothing : html`<p class="summary">${summary}</p>`}
        </div>
        <div class="left">${this.views.slice(0, MOST_BARS).map(({ quotas }) => html`<quota-bar .quota=${tightest(quotas)}></quota-bar>`)}</div>
        <div class="buttons">
          <button type="button" class="quiet toggle" aria-expanded=${this.open} aria-label="Limits and timeouts of ${this.target}" @click=${this.#toggle}><ui-icon name="settings"></ui-icon><span class="words">Limits</span></button>
          <action-menu label="More about ${this.target}" icon="more" .actions=${this.#moves()}></action-menu>
          <button type="button" class="quiet icon" aria-label="Remove ${this.target}" @click=${() => this.dispatchEvent(new CustomEvent('remove'))}><ui-icon name="trash"></ui-icon></button>
        </div>
      </div>
      ${this.open ? this.#panel() : nothing}`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #step(explained: ExplainedTarget) {
    const { key } = partsOf(explained.target);
    const of = key === undefined ? '' : `${key}: `;
    const grounds = groundsOf(explained);
    if (explained.step === 'asked')
      return html`<p class="step asked" title=${grounds}><bdi>${of}next${grounds}</bdi></p>`;
    if (explained.step === 'not reached') {
      const words = isForbidden(explained) ? 'skipped by the rules of the chain' : 'not reached';
      return html`<p class="step" title=${grounds}><bdi>${of}${words}${grounds}</bdi></p>`;
    }
    const left = (explained.retryAt ?? 0) - Date.now();
    const reason = explained.reason ?? explained.state;
    const back = left <= 0 ? nothing : html`<span> · back in ${spanText(left)}</span>`;
    return html`<p class="step skipped number" title=${reason}><span>${of}skipped: </span><bdi>${reason}</bdi>${back}</p>`;
  }

  /** The words of the last failure, unless the step tells them. */
  #failure() {
    const failing = this.views.find(({ health }) => health?.state === 'failing')?.health?.lastFailure;
    if (failing === undefined || this.open || this.explained.some(({ step }) => step === 'skipped')) return nothing;
    const words = failureText(failing);
    return html`<p class="step skipped" title=${words}><bdi>last attempt: ${words}</bdi></p>`;
  }

  #panel() {
    return html`<div class="panel">
      <div class="stack">
        <h3>Now</h3>
        <target-now .views=${this.views}></target-now>
      </div>
      <div class="stack">
        <h3>Limits of this target alone</h3>
        <p class="hint">429chain reads limits from the provider's answers. Add those that the provider does not state.</p>
        <limits-field of=${this.target} .limits=${this.limits} @change=${(event: CustomEvent) => this.#change({ limits: event.detail })}></limits-field>
      </div>
      <div class="stack">
        <h3>Timeouts</h3>
        <timeouts-field .timeouts=${this.timeouts} .defaults=${this.inherited} @change=${(event: CustomEvent) => this.#change({ timeouts: event.detail })}></timeouts-field>
      </div>
    </div>`;
  }

  #moves(): readonly Action[] {
    const to = (index: number) => this.dispatchEvent(new CustomEvent('move-to', { detail: index }));
    return [
      { text: 'Move to the top', run: () => to(0) },
      { text: 'Move to the end', run: () => to(Number.POSITIVE_INFINITY) },
      { text: 'Move to place…', run: () => to(-1) },
    ];
  }

  /** Its settings in one line. */
  #summary(): string {
    const limits = this.limits.map((limit) => {
      if ('concurrent' in limit) return `${counted(limit.concurrent, 'request')} at once`;
      if ('requests' in limit) return `${counted(limit.requests, 'request')} ${windowText(limit)}`;
      const { dimension, amount } = draftOf(limit);
      return `${shortNumber(Number(amount))} ${dimension.replace('_', ' ')} ${windowText(limit)}`;
    });
    const timeouts = TIMEOUTS.flatMap(([key, text]) =>
      this.timeouts[key] === undefined ? [] : [`${text} ${this.timeouts[key]}`],
    );
    return [...limits, ...timeouts].join(' · ');
  }

  /** Closing would lose incomplete input. */
  #toggle = (): void => {
    if (!this.open || this.reportValidity()) this.dispatchEvent(new CustomEvent('fold'));
  };

  #change(change: { readonly limits?: readonly Limit[]; readonly timeouts?: Timeouts }): void {
    this.dispatchEvent(new CustomEvent('change', { detail: change }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'chain-target': ChainTarget;
  }
}
