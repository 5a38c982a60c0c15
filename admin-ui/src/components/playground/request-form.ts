import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type Draft, EMPTY_DRAFT } from '../../data/playground/draft.js';
import { isOn } from '../../data/playground/parameters.js';
import type { Parameter } from '../../data/playground/protocol.js';
import { protocolOf } from '../../data/playground/protocols.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../forms/json-field.js';

const TOOLS_HINT =
  'Definitions in the form of any protocol, such as [{"name": "weather", "parameters": {"type": "object"}}].';

/** The parameters of a request, as its protocol has them. Fires `change` (detail: what changed of the draft). */
@customElement('request-form')
export class RequestForm extends LitElement implements Field {
  static override styles = [
    base,
    css`
      .fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); gap: var(--space-3) var(--space-2); align-items: start; }
      .long { grid-column: 1 / -1; }
      summary { cursor: pointer; font-weight: 550; }
      details[open] > summary { margin-bottom: var(--space-2); }
    `,
  ];
  @property({ attribute: false }) draft: Draft = EMPTY_DRAFT;

  override render() {
    const { draft } = this;
    const protocol = protocolOf(draft.protocol);
    return html`<form class="stack" aria-label="Parameters" @submit=${(event: Event) => event.preventDefault()}>
      <div class="fields">${protocol.parameters.map((parameter) => this.#parameter(parameter))}</div>
      ${protocol.tools === true ? this.#tools() : nothing}
      <details ?open=${Object.keys(draft.more).length > 0}>
        <summary>More fields</summary>
        <json-field label="More fields of the request" kind="object" hint="They go to the provider as they are, and override the fields above." .value=${Object.keys(draft.more).length === 0 ? undefined : draft.more} @change=${(event: CustomEvent) => this.#tell({ more: event.detail ?? {} })}></json-field>
      </details>
    </form>`;
  }

  reportValidity(): boolean {
    for (const field of this.renderRoot.querySelectorAll<Field>('json-field')) {
      const fold = field.closest('details');
      if (fold !== null && !field.reportValidity()) fold.open = true;
    }
    return reportValidity(this.renderRoot);
  }

  #tools() {
    const { tools } = this.draft;
    return html`<details ?open=${tools.length > 0}>
      <summary>Tools${tools.length === 0 ? nothing : html` <span class="muted small">${tools.length}</span>`}</summary>
      <json-field label="Tools" kind="array" hint=${TOOLS_HINT} .value=${tools.length === 0 ? undefined : tools} @change=${(event: CustomEvent) => this.#tell({ tools: event.detail ?? [] })}></json-field>
    </details>`;
  }

  #parameter(parameter: Parameter) {
    const { name, label, kind, placeholder = 'default', hint, choices = [] } = parameter;
    const value = this.draft.values[name] ?? '';
    const change = (event: Event) => this.#set(name, (event.target as HTMLInputElement).value);
    const about = hint === undefined ? nothing : html`<span class="hint">${hint}</span>`;
    switch (kind) {
      case 'flag':
        return html`<label class="check long"><input type="checkbox" name=${name} .checked=${isOn(parameter, this.draft.values)} @change=${(event: Event) => this.#set(name, String((event.target as HTMLInputElement).checked))} /><span>${label}</span></label>`;
      case 'lines':
        return html`<label class="field long"><span>${label}</span><textarea name=${name} rows="3" placeholder=${placeholder} .value=${value} @input=${change}></textarea>${about}</label>`;
      case 'choice':
        return html`<label class="field"><span>${label}</span><select name=${name} .value=${value} @change=${change}><option value="">default</option>${choices.map((choice) => html`<option value=${choice} ?selected=${choice === value}>${choice}</option>`)}</select>${about}</label>`;
      case 'text':
        return html`<label class="field long"><span>${label}</span><input name=${name} placeholder=${placeholder} autocomplete="off" spellcheck="false" .value=${value} @input=${change} />${about}</label>`;
      case 'number':
        return html`<label class="field"><span>${label}</span><input type="number" name=${name} min=${parameter.min ?? nothing} max=${parameter.max ?? nothing} step=${parameter.whole === true ? '1' : 'any'} placeholder=${placeholder} .value=${value} @input=${change} />${about}</label>`;
    }
  }

  #set(name: string, value: string): void {
    this.#tell({ values: { ...this.draft.values, [name]: value } });
  }

  #tell(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    this.dispatchEvent(new CustomEvent('change', { detail: change }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'request-form': RequestForm;
  }
}
