import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { RequestRecord } from '../../../../src/contract/requests.js';
import { counted, durationText } from '../../data/format.js';
import { meaningOf, toneOf } from '../../data/requests/request-words.js';
import { base } from '../../styles/base.js';
import { localTime } from '../common/local-time.js';

/** The most recent requests, one line each, with links to their pages. */
@customElement('recent-requests')
export class RecentRequests extends LitElement {
  static override styles = [
    base,
    css`
      a { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0 var(--space-2); padding: var(--space-1) var(--space-2); margin: 0 calc(-1 * var(--space-2)); color: inherit; text-decoration: none; border-radius: var(--radius-s); }
      a:hover { background: var(--sunken); }
      .second { grid-column: 2 / -1; }
    `,
  ];
  @property({ attribute: false }) requests: readonly RequestRecord[] = [];

  override render() {
    return html`<ul>${repeat(
      this.requests,
      ({ id, at }) => `${id} ${at}`,
      (request) => html`<li><a href="/admin/requests/${encodeURIComponent(request.id)}">
        <span class="small muted">${localTime(request.at)}</span>
        <span class="clip">${request.target ?? meaningOf(request.status)}</span>
        <span class="small number ${toneOf(request.status)}" title="${meaningOf(request.status)}">${request.status}</span>
        <span class="small muted second clip">${request.chain} · ${counted(asked(request), 'attempt')} · ${durationText(request.latencyMs)}</span>
      </a></li>`,
    )}</ul>`;
  }
}

const asked = ({ attempts }: RequestRecord): number => attempts.filter(({ outcome }) => outcome !== 'skipped').length;
