import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import '../common/ui-icon.js';

type Headers = Readonly<Record<string, string>>;

/** Names and values of headers. Fires `change` (detail: the headers with a name) at each input. */
@customElement('headers-field')
export class HeadersField extends LitElement implements Field {
  static override styles = [
    base,
    css`
      .header { display: grid; grid-template-columns: minmax(6rem, 1fr) minmax(6rem, 1.5fr) auto; gap: var(--space-2); }
      .add { justify-self: start; }
    `,
  ];
  @property({ attribute: false }) headers: Headers = {};
  @state() private drafts: readonly (readonly [name: string, value: string])[] = [];

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('headers') || JSON.stringify(this.headers) === JSON.stringify(this.#whole())) return;
    this.drafts = Object.entries(this.headers);
  }

  override render() {
    return html`<div class="stack" role="group" aria-label="Headers">
      ${this.drafts.map(
        ([name, value], index) => html`<div class="header">
          <input aria-label="Name of header ${index + 1}" placeholder="x-title" required pattern="[!#$%&'*+.^_\`\\|~0-9A-Za-z\\-]+" autocomplete="off" .value=${name} @input=${(event: InputEvent) => this.#change(index, [(event.target as HTMLInputElement).value.trim(), value])} />
          <input aria-label="Value of header ${index + 1}" autocomplete="off" .value=${value} @input=${(event: InputEvent) => this.#change(index, [name, (event.target as HTMLInputElement).value])} />
          <button type="button" class="quiet icon" aria-label="Remove header ${index + 1}" @click=${() => this.#set(this.drafts.filter((_, each) => each !== index))}><ui-icon name="trash"></ui-icon></button>
        </div>`,
      )}
      <button type="button" class="add" @click=${() => this.#set([...this.drafts, ['', '']])}><ui-icon name="plus"></ui-icon>Add a header</button>
    </div>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #change(index: number, header: readonly [string, string]): void {
    this.#set(this.drafts.map((draft, each) => (each === index ? header : draft)));
  }

  #set(drafts: readonly (readonly [string, string])[]): void {
    this.drafts = drafts;
    this.headers = this.#whole();
    this.dispatchEvent(new CustomEvent('change', { detail: this.headers }));
  }

  #whole(): Headers {
    return Object.fromEntries(this.drafts.filter(([name]) => name !== ''));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'headers-field': HeadersField;
  }
}
