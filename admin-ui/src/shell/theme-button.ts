import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { IconName } from '../components/common/ui-icon.js';
import { AppearanceController, appearance, setAppearance, type Theme } from '../data/browser/appearance.js';
import { base } from '../styles/base.js';
import '../components/common/ui-icon.js';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS: Readonly<Record<Theme, IconName>> = { system: 'screen', light: 'sun', dark: 'moon' };

/** Switches to the next theme: system, light, dark. */
@customElement('theme-button')
class ThemeButton extends LitElement {
  static override styles = [base, css`button { padding: 0 var(--space-2); }`];

  constructor() {
    super();
    new AppearanceController(this);
  }

  override render() {
    const { theme } = appearance();
    return html`<button class="quiet" title="Switch to ${NEXT[theme]}" @click=${() => setAppearance({ theme: NEXT[theme] })}><ui-icon name=${ICONS[theme]}></ui-icon>Theme: ${theme}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'theme-button': ThemeButton;
  }
}
