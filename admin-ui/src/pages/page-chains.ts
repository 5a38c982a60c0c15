import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import '../components/page-header.js';

@customElement('page-chains')
class PageChains extends LitElement {
  static override styles = base;

  override render() {
    return html`<page-header heading="Chains"></page-header>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-chains': PageChains;
  }
}
