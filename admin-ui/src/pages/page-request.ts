import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { RequestRecord } from '../../../src/contract/requests.js';
import { localTime } from '../components/common/local-time.js';
import { counted, durationText, fullTimeText, numberText, utcText } from '../data/format.js';
import { countTargets } from '../data/requests/ladder.js';
import { endpointOf, meaningOf, toneOf } from '../data/requests/request-words.js';
import { call } from '../data/server/client.js';
import { Resource } from '../data/server/resource.js';
import { base } from '../styles/base.js';
import '../components/requests/attempt-ladder.js';
import '../components/common/empty-state.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';

/** One request: its answer and its attempts. */
@customElement('page-request')
class PageRequest extends LitElement {
  static override styles = [
    base,
    css`
      .id { font-family: var(--mono); overflow-wrap: anywhere; user-select: all; }
      .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: var(--space-3); }
      .figures div { display: grid; gap: 0.125rem; }
      .figures b { font-size: var(--text-l); font-weight: 620; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
      dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: var(--space-1) var(--space-5); }
      dl div { display: grid; grid-template-columns: 11rem minmax(0, 1fr); gap: var(--space-3); }
      dt { color: var(--muted); }
      dd { overflow-wrap: anywhere; }
      pre { margin: 0; padding: var(--space-3); max-height: 28rem; overflow: auto; background: var(--sunken); border-radius: var(--radius-s); white-space: pre-wrap; overflow-wrap: anywhere; }
      .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: var(--space-3); align-items: start; }
    `,
  ];
  /** Set by the router, before the page is shown. */
  location: { readonly params?: { readonly id?: string } } = {};
  readonly #request = new Resource(this, (signal) =>
    call('GET /requests/:id', { params: { id: this.location.params?.id ?? '' }, signal }),
  );

  override render() {
    const { value, error } = this.#request;
    return html`
      <page-header heading="Request">
        <span class="id">${this.location.params?.id}</span>
        <a slot="actions" class="button" href="/admin/requests">All requests</a>
      </page-header>
      ${error?.code === 'not_found' ? this.#missing(error.message) : html`<load-state .of=${this.#request}>${value === undefined ? '' : this.#content(value)}</load-state>`}`;
  }

  #missing(message: string) {
    return html`<empty-state icon="requests" heading="This request is not in the log" text=${message}>
      <a class="button primary" href="/admin/requests">All requests</a>
      <a class="button" href="/admin/plugins">Change how long requests are kept</a>
    </empty-state>`;
  }

  #content(request: RequestRecord) {
    const { asked, skipped } = countTargets(request.attempts);
    return html`<div class="stack">
      <section class="card figures" aria-label="Summary">
        ${figure('Status', html`<span class=${toneOf(request.status)}>${request.status} · ${meaningOf(request.status)}</span>`)}
        ${figure('Endpoint', endpointOf(request))}
        ${figure('Served by', request.target ?? '–')}
        ${figure('Took', durationText(request.latencyMs))}
        ${request.firstTokenMs === undefined ? '' : figure('First token after', durationText(request.firstTokenMs))}
        ${request.waitedMs < 1 ? '' : figure('Of that, waiting', durationText(request.waitedMs))}
        ${figure('Tokens', tokensText(request))}
      </section>
      <section class="card stack" aria-labelledby="attempts">
        <div class="row between"><h2 id="attempts">Attempts</h2>
          <span class="muted">${counted(asked, 'target')} tried, ${skipped} skipped</span></div>
        ${request.attempts.length === 0 ? html`<p class="muted">No target was tried.</p>` : html`<attempt-ladder .request=${request}></attempt-ladder>`}
        ${request.omittedAttempts === undefined ? '' : html`<p class="hint">${request.omittedAttempts} more attempts in the middle are not listed.</p>`}
      </section>
      ${this.#words(request)}
      <section class="card stack" aria-labelledby="fields">
        <h2 id="fields">Details</h2>
        <dl>${fieldsOf(request).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      </section>
    </div>`;
  }

  #words({ content }: RequestRecord) {
    if (content === undefined)
      return html`<p class="hint">Prompts and answers are not stored. To store them, set <code>content: true</code> for the plugin that keeps the request log, such as <code>nedb-logger</code>.</p>`;
    return html`<div class="pair">
      <section class="card stack" aria-labelledby="asked"><h2 id="asked">Request body</h2><pre tabindex="0">${pretty(content.request)}</pre></section>
      <section class="card stack" aria-labelledby="answered"><h2 id="answered">Answer</h2>
        ${content.answer === undefined ? html`<p class="muted">No answer.</p>` : html`<pre tabindex="0">${content.answer}</pre>`}
      </section>
    </div>`;
  }
}

const figure = (name: string, value: unknown) =>
  html`<div><span class="muted small">${name}</span><b>${value}</b></div>`;

const tokensText = ({ promptTokens, completionTokens, tokensEstimated }: RequestRecord): string =>
  promptTokens === undefined && completionTokens === undefined
    ? '–'
    : `${tokensEstimated ? '≈ ' : ''}${numberText(promptTokens ?? 0)} in, ${numberText(completionTokens ?? 0)} out`;

const fieldsOf = (request: RequestRecord): readonly (readonly [string, unknown])[] => [
  ['Id', request.id],
  [
    'Arrived',
    html`${localTime(request.at, fullTimeText(request.at))} <span class="muted number" aria-hidden="true">${utcText(request.at)}</span>`,
  ],
  ['Chain', request.chain || '–'],
  ['Endpoint', endpointOf(request)],
  ['Key', request.keyLabel || '–'],
  ['Streamed', request.stream ? 'yes' : 'no'],
  ['Status', request.refusal === undefined ? String(request.status) : `${request.status} ${request.refusal}`],
  ['Target', request.target ?? '–'],
  ['Provider', request.provider ?? '–'],
  ['Model', request.model ?? '–'],
  ['Prompt tokens', optional(request.promptTokens, numberText)],
  ['Cached prompt tokens', optional(request.cachedTokens, numberText)],
  ['Completion tokens', optional(request.completionTokens, numberText)],
  [
    'Tokens counted by',
    request.tokensEstimated === undefined ? '–' : request.tokensEstimated ? '429chain (estimate)' : 'the provider',
  ],
  ['Took', durationText(request.latencyMs)],
  ['First token after', optional(request.firstTokenMs, durationText)],
  ['Waited for capacity', durationText(request.waitedMs)],
  ['Resumed by another target', counted(request.resumed, 'time')],
];

const optional = (value: number | undefined, text: (value: number) => string): string =>
  value === undefined ? '–' : text(value);

/** Truncated content is not JSON and is shown as it is. */
const pretty = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
};

declare global {
  interface HTMLElementTagNameMap {
    'page-request': PageRequest;
  }
}
