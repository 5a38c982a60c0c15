import { html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../styles/base.js';
import '../components/common/empty-state.js';

@customElement('page-nowhere')
class PageNowhere extends LitElement {
  static override styles = base;

  override render() {
    return html`<empty-state heading="There is no page here" text="The address may be from an older version, or mistyped.">
      <a class="button primary" href="/admin/">To the overview</a>
    </empty-state>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-nowhere': PageNowhere;
  }
}
