import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import '../components/page-header.js';

@customElement('page-plugins')
class PagePlugins extends LitElement {
  static override styles = base;

  override render() {
    return html`<page-header heading="Plugins"></page-header>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-plugins': PagePlugins;
  }
}
