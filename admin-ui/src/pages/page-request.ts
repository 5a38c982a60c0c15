import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import '../components/page-header.js';

@customElement('page-request')
class PageRequest extends LitElement {
  static override styles = base;

  override render() {
    return html`<page-header heading="Request"></page-header>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-request': PageRequest;
  }
}
