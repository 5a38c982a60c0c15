import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ifDefined } from 'lit/directives/if-defined.js';
import { kindOf, labelOf, type OptionSchema, withOption } from '../../data/settings/option-schema.js';
import { base } from '../../styles/base.js';
import { type Field, reportValidity } from '../common/field-validity.js';
import './json-field.js';

/**
 * A form for options, generated from their JSON Schema: a field for each text, number, choice, switch and list of texts,
 * and JSON for the rest. Fires `change` (detail: all options) at each change. Empty options are absent.
 */
@customElement('schema-form')
export class SchemaForm extends LitElement implements Field {
  static override styles = base;
  /** Without a schema or without properties, all options are one JSON field. */
  @property({ attribute: false }) schema: object | undefined;
  @property({ attribute: false }) value: Readonly<Record<string, unknown>> = {};
  /** The problems that the server reported, by option. */
  @property({ attribute: false }) problems: Readonly<Record<string, string>> = {};

  override render() {
    const { properties, required = [] } = (this.schema ?? {}) as OptionSchema;
    if (properties === undefined)
      return html`<json-field label="Options" kind="object" .value=${this.#asWhole()} @change=${(event: CustomEvent) => this.#set((event.detail ?? {}) as Record<string, unknown>)}></json-field>`;
    return html`<div class="stack">${Object.entries(properties).map(([key, schema]) => html`<div>${this.#field(key, schema, required.includes(key))}${this.#problem(key)}</div>`)}</div>`;
  }

  reportValidity(): boolean {
    return reportValidity(this.renderRoot);
  }

  #problem(key: string) {
    const problem = this.problems[key];
    return problem === undefined ? nothing : html`<p class="problem" role="alert" id="problem-${key}">${problem}</p>`;
  }

  #asWhole(): unknown {
    return Object.keys(this.value).length === 0 ? undefined : this.value;
  }

  #field(key: string, schema: OptionSchema, required: boolean) {
    const label = labelOf(key, schema);
    const { description = '' } = schema;
    if (kindOf(schema) === 'json') {
      const kind = schema.type === 'object' || schema.type === 'array' ? schema.type : 'any';
      return html`<json-field label=${label} hint=${description} kind=${kind} ?required=${required} .value=${this.value[key]} @change=${(event: CustomEvent) => this.#change(key, event.detail)}></json-field>`;
    }
    const hint = description === '' ? nothing : html`<span class="hint" id="hint-${key}">${description}</span>`;
    if (kindOf(schema) === 'switch') {
      const on = (this.value[key] ?? schema.default) === true;
      return html`<div class="field">
        <label class="check"><input type="checkbox" name=${key} .checked=${on} aria-describedby="hint-${key}" @change=${(event: Event) => this.#switch(key, schema, (event.target as HTMLInputElement).checked)} /><span>${label}</span></label>${hint}
      </div>`;
    }
    return html`<div class="field"><label class="label" for=${key}>${label}</label>${this.#input(key, schema, required)}${hint}</div>`;
  }

  #input(key: string, schema: OptionSchema, required: boolean) {
    const value = this.value[key];
    const placeholder = schema.default === undefined ? '' : String(schema.default);
    const take = (event: Event) => this.#change(key, meant(schema, (event.target as HTMLInputElement).value));
    switch (kindOf(schema)) {
      case 'choice':
        return html`<select name=${key} id=${key} ?required=${required} aria-describedby="hint-${key}" @change=${take}>
          <option value="" ?selected=${value === undefined}>${placeholder === '' ? 'not set' : `default: ${placeholder}`}</option>
          ${schema.enum?.map((each) => html`<option value=${String(each)} ?selected=${each === value}>${each}</option>`)}
        </select>`;
      case 'number':
        return html`<input type="number" name=${key} id=${key} step=${schema.type === 'integer' ? '1' : 'any'} min=${ifDefined(schema.minimum)} max=${ifDefined(schema.maximum)} placeholder=${placeholder} ?required=${required} aria-describedby="hint-${key}" .value=${value === undefined ? '' : String(value)} @input=${take} />`;
      case 'lines':
        return html`<textarea name=${key} id=${key} rows="3" placeholder="One a line" ?required=${required} aria-describedby="hint-${key}" .value=${Array.isArray(value) ? value.join('\n') : ''} @change=${take}></textarea>`;
      default:
        return html`<input type=${schema.format === 'password' ? 'password' : 'text'} name=${key} id=${key} autocomplete="off" pattern=${ifDefined(schema.pattern)} minlength=${ifDefined(schema.minLength)} placeholder=${placeholder} ?required=${required} aria-describedby="hint-${key}" .value=${String(value ?? '')} @input=${take} />`;
    }
  }

  /** Defaults are not written. */
  #switch(key: string, schema: OptionSchema, on: boolean): void {
    this.#change(key, on === (schema.default ?? false) ? undefined : on);
  }

  #change(key: string, value: unknown): void {
    this.#set(withOption(this.value, key, value));
  }

  #set(value: Readonly<Record<string, unknown>>): void {
    this.value = value;
    this.dispatchEvent(new CustomEvent('change', { detail: value }));
  }
}

/** The option value of a text. */
const meant = (schema: OptionSchema, text: string): unknown => {
  if (text.trim() === '') return undefined;
  switch (kindOf(schema)) {
    case 'number':
      return Number(text);
    case 'lines':
      return text.split('\n').flatMap((line) => line.trim() || []);
    default:
      return text;
  }
};

declare global {
  interface HTMLElementTagNameMap {
    'schema-form': SchemaForm;
  }
}
