import { css, html, LitElement, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';

/** Icons on a grid of 24 units, stroked in the text colour. */
const DRAWINGS = {
  waterfall: svg`<path d="M4 5h9M9 12h8M12 19h8M13 5c2.5 0 3 1.5 3 3.500M17 12c2.5 0 3 1.5 3 3.5" />`,
  provider: svg`<rect x="4" y="4" width="16" height="6" rx="1.5" /><rect x="4" y="14" width="16" height="6" rx="1.5" /><path d="M8 7h.01M8 17h.01" />`,
  catalogue: svg`<path d="M12 6.500c-2-1.500-5-2-8-1.500v13c3-.5 6 0 8 1.500 2-1.500 5-2 8-1.500V5c-3-.5-6 0-8 1.500zM12 6.500v13" />`,
  chain: svg`<path d="M10 13.500a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.700l-1.5 1.500M14 10.500a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.700l1.5-1.5" />`,
  requests: svg`<path d="M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01" />`,
  usage: svg`<path d="M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6" />`,
  play: svg`<path d="M7 5l11 7-11 7z" />`,
  connect: svg`<path d="M9 8l-5 4 5 4M15 8l5 4-5 4" />`,
  plugin: svg`<path d="M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4" />`,
  settings: svg`<path d="M4 7h9M17 7h3M4 17h3M11 17h9" /><circle cx="15" cy="7" r="2" /><circle cx="9" cy="17" r="2" />`,
  menu: svg`<path d="M4 6h16M4 12h16M4 18h16" />`,
  close: svg`<path d="M6 6l12 12M18 6L6 18" />`,
  plus: svg`<path d="M12 5v14M5 12h14" />`,
  check: svg`<path d="M5 12.500l4.5 4.500L19 7.5" />`,
  warning: svg`<path d="M12 4l9 16H3zM12 10v4M12 17h.01" />`,
  grip: svg`<path d="M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01" stroke-width="3" />`,
  trash: svg`<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13" />`,
  edit: svg`<path d="M4 20h4L19 9l-4-4L4 16z" />`,
  copy: svg`<rect x="9" y="9" width="11" height="11" rx="2" /><path d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3" />`,
  key: svg`<circle cx="8" cy="15" r="4" /><path d="M11 12l8-8M16 7l3 3" />`,
  more: svg`<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3" />`,
  refresh: svg`<path d="M20 11a8 8 0 1 0-2 6M20 5v6h-6" />`,
  down: svg`<path d="M6 9l6 6 6-6" />`,
  search: svg`<circle cx="11" cy="11" r="6" /><path d="M20 20l-4.5-4.5" />`,
  leave: svg`<path d="M10 4H5v16h5M15 8l4 4-4 4M19 12H9" />`,
  drop: svg`<path d="M12 3.500c4 5 6 7.7 6 10.500a6 6 0 0 1-12 0c0-2.8 2-5.5 6-10.500z" />`,
  pause: svg`<path d="M8 5v14M16 5v14" stroke-width="3" />`,
  sun: svg`<circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600l1.400 1.400M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400" />`,
  moon: svg`<path d="M20 14A8 8 0 1 1 10 4a6.500 6.500 0 0 0 10 10z" />`,
  screen: svg`<rect x="3" y="5" width="18" height="11" rx="1.5" /><path d="M9 20h6M12 16v4" />`,
  stop: svg`<rect x="6" y="6" width="12" height="12" rx="1.5" />`,
} as const;

export type IconName = keyof typeof DRAWINGS;

/** An icon beside a text. Screen readers skip it. */
@customElement('ui-icon')
export class UiIcon extends LitElement {
  static override styles = css`
    :host { display: inline-flex; width: 1.125rem; height: 1.125rem; flex: none; }
    svg { width: 100%; height: 100%; fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
  `;
  @property() name: IconName = 'drop';

  override render() {
    return html`<svg viewBox="0 0 24 24" aria-hidden="true">${DRAWINGS[this.name]}</svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ui-icon': UiIcon;
  }
}
