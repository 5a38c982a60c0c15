import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { base } from '../../styles/base.js';

/** A link to the page where something was read, shown as its host: `docs.example.com`. Nothing without an address. */
@customElement('source-link')
export class SourceLink extends LitElement {
  static override styles = [base, css`:host { display: inline; }`];
  @property() url: string | undefined;

  override render() {
    const { url } = this;
    if (url === undefined || !URL.canParse(url)) return nothing;
    return html`<a href=${url} title=${url} target="_blank" rel="noreferrer noopener">${new URL(url).host}</a>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'source-link': SourceLink;
  }
}
