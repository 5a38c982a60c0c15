import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProviderTypeView } from '../../../../src/contract/admin-configuration.js';
import { keyTime } from '../../data/providers/offers.js';
import { base } from '../../styles/base.js';
import '../common/ui-icon.js';

/** The provider types to choose from, with free tier and key page. Fires `choose` (detail: the type). */
@customElement('type-cards')
export class TypeCards extends LitElement {
  static override styles = [
    base,
    css`
      ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: var(--space-3); }
      li { position: relative; display: grid; grid-template-rows: auto 1fr auto; gap: var(--space-2); }
      li:hover { border-color: var(--accent); }
      li[data-chosen] { border-color: var(--accent); background: var(--accent-soft); }
      button { justify-content: space-between; border: 0; background: none; padding: 0; min-height: 0; font-size: var(--text-l); font-weight: 620; text-align: left; white-space: normal; }
      button:hover { background: none; }
      /* The whole card is the button; the link lies above it. */
      button::after { content: ''; position: absolute; inset: 0; border-radius: var(--radius); }
      button:focus-visible { box-shadow: none; }
      button:focus-visible::after { box-shadow: var(--focus); }
      a { position: relative; justify-self: start; }
    `,
  ];
  @property({ attribute: false }) types: readonly ProviderTypeView[] = [];
  @property() chosen = '';
  /** What the list is called for screen readers. */
  @property() label = 'Kinds of provider';

  override render() {
    return html`<ul aria-label=${this.label}>${this.types.map((each) => this.#card(each))}</ul>`;
  }

  #card(each: ProviderTypeView) {
    const { type, title, freeTier, keyUrl } = each;
    const time = keyTime(each);
    return html`<li class="card" ?data-chosen=${type === this.chosen}>
      <button type="button" aria-pressed=${type === this.chosen} aria-describedby="free-${type}" @click=${() => this.dispatchEvent(new CustomEvent('choose', { detail: each }))}>${title}${type === this.chosen ? html`<ui-icon name="check"></ui-icon>` : ''}</button>
      <p class="muted small" id="free-${type}">${freeTier ?? `By the plugin ${each.plugin}.`}</p>
      ${keyUrl === undefined ? html`<span class="small muted">${each.needsKey ? '' : 'No key needed'}</span>` : html`<a class="small" href=${keyUrl} target="_blank" rel="noreferrer noopener">Get a key${time === '' ? '' : `, ${time}`}</a>`}
    </li>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'type-cards': TypeCards;
  }
}
