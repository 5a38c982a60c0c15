import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Program, Step, Way } from '../../data/connect/programs.js';
import { base } from '../../styles/base.js';
import '../common/code-block.js';
import '../common/copy-button.js';

/** The settings of a program for this proxy. The key is masked on the page and complete in copied text. */
@customElement('program-settings')
export class ProgramSettings extends LitElement {
  static override styles = [
    base,
    css`
      :host, .stack, code-block { min-width: 0; }
      .stack { grid-template-columns: minmax(0, 1fr); }
      dl { display: grid; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
      dl div { display: grid; grid-template-columns: minmax(8rem, 14rem) minmax(0, 1fr) auto; gap: var(--space-3); align-items: center; padding: var(--space-1) var(--space-1) var(--space-1) var(--space-3); min-height: 2.5rem; }
      dl div + div { border-top: 1px solid var(--line); }
      dt { color: var(--muted); }
      dd { overflow-wrap: anywhere; }
      .where { font-weight: 550; }
      @media (max-width: 40rem) { dl div { grid-template-columns: minmax(0, 1fr) auto; } dt { grid-column: 1 / -1; } }
    `,
  ];
  @property({ attribute: false }) program!: Program;
  /** The values for the program, with the key masked. */
  @property({ attribute: false }) way!: Way;
  /** Gets the key when a text with it is copied. */
  @property({ attribute: false }) reveal: () => Promise<string> = () => Promise.resolve('');

  override render() {
    const { program, way } = this;
    const note = program.note?.(way);
    return html`<div class="stack">
      ${program.steps.map((step) => this.#step(step))}
      ${note === undefined || note === '' ? nothing : html`<p class="hint">${note}</p>`}
    </div>`;
  }

  #step(step: Step) {
    if ('text' in step)
      return html`<code-block where=${step.where} language=${step.language} .text=${step.text(this.way)} .load=${() => this.#whole(step.text)}></code-block>`;
    const { where, fields } = step;
    return html`<section class="stack" aria-label=${where}>
      <p class="where">${where}</p>
      <dl>${fields(this.way).map(
        ([name, value], index) => html`<div>
          <dt>${name}</dt><dd><code>${value}</code></dd>
          <dd><copy-button of=${name} quiet .load=${() => this.#whole((way) => fields(way)[index]?.[1] ?? '')}></copy-button></dd>
        </div>`,
      )}</dl>
    </section>`;
  }

  /** Text without a key needs no request. */
  async #whole(text: (way: Way) => string): Promise<string> {
    const masked = text(this.way);
    if (masked === text({ ...this.way, key: '' })) return masked;
    return text({ ...this.way, key: await this.reveal() });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'program-settings': ProgramSettings;
  }
}
