import { html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { durationText } from '../../data/format.js';
import { ladderOf, type Rung } from '../../data/requests/ladder.js';
import { CLASSES, endOf } from '../../data/requests/request-words.js';
import { ticksOf } from '../../data/requests/ticks.js';
import { attemptLadder } from '../../styles/attempt-ladder.js';
import { base } from '../../styles/base.js';
import '../common/state-badge.js';

/** The least distance of two marks of the axis, em: the longest text, and half of one that the end of the axis pushes aside. */
const MARK_EM = 9.5;

/**
 * The timeline of one request: each attempt and each skipped target with times and reason, and the waits.
 */
@customElement('attempt-ladder')
export class AttemptLadder extends LitElement {
  static override styles = [base, attemptLadder];
  @property({ attribute: false }) request: RequestRecord | undefined;
  /** How many marks fit on the axis beside the first. */
  @state() private most = 1;
  readonly #axis = createRef<HTMLElement>();
  readonly #resized = new ResizeObserver(() => this.#fit());

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  override updated(): void {
    if (this.#axis.value !== undefined) this.#resized.observe(this.#axis.value);
  }

  override render() {
    const { request } = this;
    if (request === undefined) return nothing;
    const rungs = ladderOf(request);
    const length = Math.max(request.latencyMs, 1);
    const ticks = ticksOf(length, this.most);
    const step = ticks[1] === undefined ? 100 : (100 * ticks[1].at) / length;
    return html`
      <div class="axis number small muted" aria-hidden="true" ${ref(this.#axis)}>
        ${ticks.map(({ at, text }) => html`<span .style=${`left: min(${(100 * at) / length}%, 100% - ${text.length / 2}ch)`}>${text}</span>`)}
      </div>
      <ol .style=${`--step: ${step}%`}>${rungs.map((rung) => this.#rung(rung, request))}</ol>`;
  }

  #fit(): void {
    const axis = this.#axis.value;
    if (axis === undefined || axis.clientWidth === 0) return;
    const em = Number.parseFloat(getComputedStyle(axis).fontSize);
    this.most = Math.max(1, Math.floor(axis.clientWidth / (MARK_EM * em)));
  }

  #rung(rung: Rung, request: RequestRecord) {
    const took = durationText(rung.to - rung.from);
    const when = `from ${durationText(rung.from)} to ${durationText(rung.to)}`;
    if (rung.kind === 'wait')
      return html`<li class="rung wait">
        <div class="what"><span class="muted">Waited for free capacity</span></div>
        ${this.#bar(rung, request, 'waiting')}
        <div class="took number" title=${when}>${took}<span class="visually-hidden">, ${when}</span></div>
      </li>`;
    const { target, outcome, reason, status, decision, class: failed, adapted = [] } = rung.attempt;
    const isAsked = outcome !== 'skipped';
    const end = endOf(rung.attempt);
    return html`<li class="rung">
      <div class="what">
        <span class="target">${target}</span>
        <state-badge .state=${end}></state-badge>
        ${isAsked && failed !== undefined ? html`<span class="small muted">${status ?? ''} ${CLASSES[failed]}</span>` : ''}
      </div>
      ${this.#bar(rung, request, end)}
      <div class="took number" title=${when}>
        ${isAsked ? took : html`<span class="muted">not tried</span>`}<span class="visually-hidden">, ${when}</span>
      </div>
      ${reason === undefined ? '' : this.#reason(reason, end)}
      ${decision === undefined ? '' : html`<p class="reason decision small"><span class="muted">429chain decided:</span> ${decision}</p>`}
      ${adapted.map((change) => html`<p class="reason small muted">Changed for this target: ${change}</p>`)}
    </li>`;
  }

  #reason(reason: string, end: ReturnType<typeof endOf>) {
    if (end === 'skipped' || end === 'stopped') return html`<p class="reason muted">${reason}</p>`;
    return html`<blockquote class="reason"><span class="visually-hidden">The provider's message: </span>${reason}</blockquote>`;
  }

  #bar({ from, to }: Rung, { latencyMs, firstTokenMs }: RequestRecord, kind: string) {
    const share = (ms: number): string => `${latencyMs === 0 ? 0 : Math.min(100, (100 * ms) / latencyMs)}%`;
    // The first token separates waiting from streaming.
    const speaks = kind === 'served' && firstTokenMs !== undefined && firstTokenMs > from && firstTokenMs < to;
    return html`<div class="track" aria-hidden="true">
      <i class="bar ${kind}" .style=${`left: ${share(from)}; width: ${share(to - from)}`}></i>
      ${speaks ? html`<i class="bar speaking" .style=${`left: ${share(firstTokenMs)}; width: ${share(to - firstTokenMs)}`}></i>` : ''}
    </div>`;
  }
}
