import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { durationText } from '../../data/format.js';
import { ladderOf, type Rung } from '../../data/requests/ladder.js';
import { CLASSES } from '../../data/requests/request-words.js';
import { attemptLadder } from '../../styles/attempt-ladder.js';
import { base } from '../../styles/base.js';
import '../common/state-badge.js';

/** The marks of the axis, as shares of its length. */
const MARKS = [0, 0.25, 0.5, 0.75, 1];

/**
 * The timeline of one request: each attempt and each skipped target with times and reason, and the waits.
 */
@customElement('attempt-ladder')
export class AttemptLadder extends LitElement {
  static override styles = [base, attemptLadder];
  @property({ attribute: false }) request: RequestRecord | undefined;

  override render() {
    const { request } = this;
    if (request === undefined) return nothing;
    const rungs = ladderOf(request);
    return html`
      <div class="axis number small muted" aria-hidden="true">
        ${MARKS.map((share) => html`<span .style=${`left: ${share * 100}%`}>${durationText(share * request.latencyMs)}</span>`)}
      </div>
      <ol>${rungs.map((rung) => this.#rung(rung, request))}</ol>`;
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
    return html`<li class="rung">
      <div class="what">
        <span class="target">${target}</span>
        <state-badge .state=${outcome}></state-badge>
        ${isAsked && failed !== undefined ? html`<span class="small muted">${status ?? ''} ${CLASSES[failed]}</span>` : ''}
      </div>
      ${this.#bar(rung, request, outcome)}
      <div class="took number" title=${when}>
        ${isAsked ? took : html`<span class="muted">not asked</span>`}<span class="visually-hidden">, ${when}</span>
      </div>
      ${reason === undefined ? '' : this.#reason(reason, isAsked)}
      ${decision === undefined ? '' : html`<p class="reason decision small"><span class="muted">429chain decided:</span> ${decision}</p>`}
      ${adapted.map((change) => html`<p class="reason small muted">Changed for this target: ${change}</p>`)}
    </li>`;
  }

  #reason(reason: string, isAsked: boolean) {
    if (!isAsked) return html`<p class="reason muted">${reason}</p>`;
    return html`<blockquote class="reason"><span class="visually-hidden">The provider's own words: </span>${reason}</blockquote>`;
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
