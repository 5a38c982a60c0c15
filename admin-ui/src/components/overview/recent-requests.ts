import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { counted, durationText } from '../../data/format.js';
import { meaningOf, toneOf } from '../../data/requests/request-words.js';
import { base } from '../../styles/base.js';
import { localTime } from '../common/local-time.js';

/**
 * The most recent requests, two lines each, with links to their pages. It has the height of `places` requests from the
 * start, and stays as it is while the pointer or the focus is in it.
 */
@customElement('recent-requests')
export class RecentRequests extends LitElement {
  static override styles = [
    base,
    css`
      li { height: 2.75rem; }
      a { display: grid; grid-template: 1.25rem 1.25rem / 4.25rem minmax(0, 1fr) 2.25rem; align-content: center; align-items: center; gap: 0 var(--space-2); height: 100%; padding: 0 var(--space-2); margin: 0 calc(-1 * var(--space-2)); color: inherit; text-decoration: none; border-radius: var(--radius-s); }
      a:hover { background: var(--sunken); }
      .second { grid-column: 2 / -1; }
    `,
  ];
  @property({ attribute: false }) requests: readonly RequestRecord[] = [];
  @property({ type: Number }) places = 0;
  #shown: readonly RequestRecord[] = [];

  override willUpdate(_: PropertyValues): void {
    if (this.#shown.length < this.places || !this.matches(':hover, :focus-within')) this.#shown = this.requests;
  }

  override render() {
    // Places, not requests, stay where they are: moving them would shift the page with each request.
    return html`<ul>${Array.from({ length: this.places }, (_, place) => html`<li>${this.#row(this.#shown[place])}</li>`)}</ul>`;
  }

  #row(request: RequestRecord | undefined) {
    if (request === undefined) return '';
    return html`<a href="/admin/requests/${encodeURIComponent(request.id)}">
      <span class="small muted">${localTime(request.at)}</span>
      <span class="clip">${request.target ?? meaningOf(request.status)}</span>
      <span class="small number ${toneOf(request.status)}" title="${meaningOf(request.status)}">${request.status}</span>
      <span class="small muted second clip">${request.chain === '' ? '' : html`<span>${request.chain}</span> · `}${counted(asked(request), 'attempt')} · ${durationText(request.latencyMs)}</span>
    </a>`;
  }
}

const asked = ({ attempts }: RequestRecord): number => attempts.filter(({ outcome }) => outcome !== 'skipped').length;
