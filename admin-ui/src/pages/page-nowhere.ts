import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import '../components/common/page-header.js';

/** Answers an address that no page has. */
@customElement('page-nowhere')
class PageNowhere extends LitElement {
  static override styles = base;

  override render() {
    return html`<page-header heading="There is no page here">The address may be from an older version, or mistyped.</page-header>
      <a class="button primary" href="/admin/">Go to the overview</a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-nowhere': PageNowhere;
  }
}
