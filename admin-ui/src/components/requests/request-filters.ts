import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { localValue, momentText, RANGES, type RequestFilter, searchOf } from '../../data/requests/request-filter.js';
import { meaningOf } from '../../data/requests/request-words.js';
import { base } from '../../styles/base.js';
import '../common/ui-icon.js';

const STATUSES = [429, 499, 502, 503];
/** The choice of an own period. */
const OWN = 'own';
const HOUR_MS = 3_600_000;
/** How long to wait for the next letter or digit. */
const TYPING_MS = 250;

type Choice = readonly [value: string, text: string];

/**
 * Search and filters of the requests; on a phone, a button shows the filters. Fires `choose` with the new filter, and `leave`
 * when the user goes down from the search.
 */
@customElement('request-filters')
export class RequestFilters extends LitElement {
  static override styles = [
    base,
    css`
      .bar { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-3); padding-bottom: var(--space-3); }
      label { display: grid; gap: var(--space-1); font-size: var(--text-s); color: var(--muted); flex: 1 1 8rem; max-width: 12rem; min-width: 0; }
      .search { flex: 2 1 15rem; max-width: 26rem; }
      .moment { flex: 0 0 12.5rem; max-width: none; }
      select { text-overflow: ellipsis; }
      .choices { display: contents; }
      .toggle { display: none; }
      @media (max-width: 40rem) {
        .bar { gap: var(--space-2); }
        label { flex: 1 1 40%; max-width: none; }
        .search { flex: 1 1 100%; }
        .toggle { display: inline-flex; }
        .choices:not(.open) { display: none; }
      }
    `,
  ];
  @property({ attribute: false }) filter: RequestFilter = {};
  @property({ attribute: false }) chains: readonly string[] = [];
  @property({ attribute: false }) providers: readonly string[] = [];
  @state() private open = false;
  /** The user enters a period, which may be incomplete. */
  @state() private own = false;
  /** What is typed and not sent yet. */
  #typed: RequestFilter | undefined;
  #typing: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#typed = undefined;
  }

  override render() {
    const { filter } = this;
    const { search, ...others } = filter;
    const set = Object.values(others).filter((value) => value !== undefined).length;
    const text = (this.#typed ?? filter).search ?? '';
    return html`<div class="bar" role="search" aria-label="Filters">
      <label class="search">Search
        <input type="search" placeholder="Id, target, key, or words of an error" .value=${live(text)} @input=${this.#search} @keydown=${this.#leave} />
      </label>
      <button class="toggle" aria-expanded=${this.open} @click=${() => (this.open = !this.open)}><ui-icon name="down"></ui-icon>Filters${set === 0 ? '' : ` (${set})`}</button>
      <div class="choices ${this.open ? 'open' : ''}">
        ${this.#times()}
        ${this.#select('chain', 'Chain', 'All chains', named(filter.chain, this.chains))}
        ${this.#select('provider', 'Served by', 'All providers', named(filter.provider, this.providers))}
        ${this.#select('status', 'Status', 'All', statusesWith(filter.status))}
      </div>
      ${searchOf(filter) === '' ? '' : html`<button class="quiet" @click=${() => this.#choose({})}>Show all</button>`}
    </div>`;
  }

  #times() {
    const { range, from, to } = this.filter;
    const value = this.own || from !== undefined || to !== undefined ? OWN : (range ?? '');
    const choices: readonly Choice[] = [...RANGES.map((each) => [each.value, each.text] as const), [OWN, 'From – to']];
    return html`<label>Time${this.#options(value, 'Any time', choices, this.#time)}</label>
      ${value === OWN ? [this.#moment('from', 'From'), this.#moment('to', 'To')] : ''}`;
  }

  #time = (value: string): void => {
    const { range, from, to, ...others } = this.filter;
    this.own = value === OWN;
    const start = this.own ? momentText(new Date(Date.now() - HOUR_MS)) : undefined;
    this.#choose({ ...others, range: this.own ? undefined : value || undefined, from: start });
  };

  #moment(name: 'from' | 'to', title: string) {
    const change = ({ target }: Event): void => {
      const { value } = target as HTMLInputElement;
      this.own = true;
      this.#type({ ...this.filter, [name]: value === '' ? undefined : momentText(new Date(value)) });
    };
    return html`<label class="moment">${title}
      <input type="datetime-local" .value=${localValue(this.filter[name])} @change=${change} />
    </label>`;
  }

  #select(name: 'chain' | 'provider' | 'status', title: string, all: string, choices: readonly Choice[]) {
    const choose = (value: string): void => this.#choose({ ...this.filter, [name]: value || undefined });
    return html`<label>${title}${this.#options(this.filter[name] ?? '', all, choices, choose)}</label>`;
  }

  #options(value: string, all: string, choices: readonly Choice[], choose: (value: string) => void) {
    return html`<select .value=${live(value)} @change=${({ target }: Event) => choose((target as HTMLSelectElement).value)}>
      <option value="" ?selected=${value === ''}>${all}</option>
      ${choices.map(([each, text]) => html`<option value=${each} ?selected=${each === value}>${text}</option>`)}
    </select>`;
  }

  #search = ({ target }: Event): void => {
    const { value } = target as HTMLInputElement;
    this.#type({ ...(this.#typed ?? this.filter), search: value });
  };

  #type(filter: RequestFilter): void {
    this.#typed = filter;
    clearTimeout(this.#typing);
    const send = (): void => this.#choose({ ...filter, search: filter.search?.trim() || undefined });
    this.#typing = setTimeout(send, TYPING_MS);
  }

  #leave = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('leave'));
  };

  #choose(filter: RequestFilter): void {
    clearTimeout(this.#typing);
    this.#typed = undefined;
    if (Object.keys(filter).length === 0) this.own = false;
    if (searchOf(filter) !== searchOf(this.filter)) this.dispatchEvent(new CustomEvent('choose', { detail: filter }));
  }
}

/** Sorted and without duplicates; it includes the selected one, even if it is no longer configured. */
const named = (asked: string | undefined, names: readonly string[]): readonly Choice[] =>
  [...new Set(asked === undefined ? names : [asked, ...names])].sort().map((name) => [name, name] as const);

const statusesWith = (status: string | undefined): readonly Choice[] => {
  const asked = Number(status);
  const numbers = Number.isNaN(asked) || STATUSES.includes(asked) ? STATUSES : [...STATUSES, asked];
  return [
    ['answered', 'Answered'],
    ['failed', 'Not answered'],
    ...numbers.map((each) => [String(each), `${each} · ${meaningOf(each)}`] as const),
  ];
};
