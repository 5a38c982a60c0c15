import { css, html, LitElement } from 'lit';
import { customElement } from 'lit/decorators.js';
import {
  AppearanceController,
  appearance,
  type Density,
  setAppearance,
  type Theme,
} from '../../data/browser/appearance.js';
import { base } from '../../styles/base.js';
import '../common/choice-bar.js';

const THEME_NAMES: readonly { readonly value: Theme; readonly text: string }[] = [
  { value: 'system', text: 'System' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
];
const DENSITY_NAMES: readonly { readonly value: Density; readonly text: string }[] = [
  { value: 'comfortable', text: 'Comfortable' },
  { value: 'compact', text: 'Compact' },
];

/** Chooses the theme and the density of this browser. */
@customElement('appearance-settings')
class AppearanceSettings extends LitElement {
  static override styles = [
    base,
    css`dl { display: grid; gap: var(--space-4); } dt { font-weight: 550; margin-bottom: var(--space-1); }`,
  ];

  constructor() {
    super();
    new AppearanceController(this);
  }

  override render() {
    const { theme, density } = appearance();
    return html`<div class="card stack">
      <dl>
        <div><dt>Theme</dt><dd><choice-bar label="Theme" .choices=${THEME_NAMES} value=${theme} @choose=${(event: CustomEvent<Theme>) => setAppearance({ theme: event.detail })}></choice-bar></dd></div>
        <div><dt>Density</dt><dd><choice-bar label="Density" .choices=${DENSITY_NAMES} value=${density} @choose=${(event: CustomEvent<Density>) => setAppearance({ density: event.detail })}></choice-bar></dd></div>
      </dl>
      <p class="hint">This browser keeps the choice. Animations are off if your system reduces motion.</p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'appearance-settings': AppearanceSettings;
  }
}
