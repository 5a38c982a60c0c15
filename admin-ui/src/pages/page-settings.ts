import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { confirm } from '../components/dialogs/confirm-dialog.js';
import type { ConfigurationEditor } from '../components/settings/configuration-editor.js';
import { UnloadGuard } from '../data/browser/unload-guard.js';
import { call } from '../data/server/client.js';
import { Resource } from '../data/server/resource.js';
import { base } from '../styles/base.js';
import '../components/common/choice-bar.js';
import '../components/settings/appearance-settings.js';
import '../components/settings/configuration-editor.js';
import '../components/settings/key-list.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';

const SECTIONS = [
  { value: 'keys', text: 'Keys' },
  { value: 'configuration', text: 'Configuration' },
  { value: 'appearance', text: 'Appearance' },
  { value: 'about', text: 'About' },
] as const;

const DOCS = ['configuration.md', 'plugins.md', 'errors.md', 'admin-api.md'] as const;
const LEAVE = {
  heading: 'Leave without saving?',
  text: 'The configuration has changes that are not saved.',
  yes: 'Leave',
  no: 'Stay',
  danger: true,
};

/** Client keys, the configuration text, how the admin looks, and facts about this server. */
@customElement('page-settings')
class PageSettings extends LitElement {
  static override styles = [
    base,
    css`
      choice-bar { margin-bottom: var(--space-4); }
      dl { display: grid; grid-template-columns: minmax(7rem, 12rem) minmax(0, 1fr); gap: var(--space-2) var(--space-3); }
      dt { color: var(--muted); } dd { overflow-wrap: anywhere; }
      @media (max-width: 40rem) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: var(--space-2); } }
    `,
  ];
  @state() private section = new URLSearchParams(location.search).get('section') ?? 'keys';
  readonly #about = new Resource(this, async (signal) => {
    const [session, configuration] = await Promise.all([
      call('GET /session', { signal }),
      call('GET /configuration', { signal }),
    ]);
    return { version: session.version, file: configuration.file };
  });

  constructor() {
    super();
    new UnloadGuard(this, () => this.#isChanged());
  }

  /** By the router. */
  async onBeforeLeave(_: unknown, commands: { prevent(): unknown }): Promise<unknown> {
    return !this.#isChanged() || (await confirm(LEAVE)) ? undefined : commands.prevent();
  }

  override render() {
    const { section } = this;
    return html`
      <page-header heading="Settings">Changes take effect at once, without a restart.</page-header>
      <choice-bar label="Section" .choices=${SECTIONS} value=${section} @choose=${(event: CustomEvent<string>) => this.#open(event.detail)}></choice-bar>
      <section aria-label="Keys" ?hidden=${section !== 'keys'}><key-list></key-list></section>
      <section aria-label="Configuration" ?hidden=${section !== 'configuration'}><configuration-editor></configuration-editor></section>
      <section aria-label="Appearance" ?hidden=${section !== 'appearance'}><appearance-settings></appearance-settings></section>
      <section aria-label="About" ?hidden=${section !== 'about'}>${this.#aboutCard()}</section>`;
  }

  #aboutCard() {
    const { value } = this.#about;
    return html`<load-state .of=${this.#about}>${
      value === undefined
        ? nothing
        : html`<div class="card"><dl>
        <dt>Version</dt><dd>429chain ${value.version}</dd>
        <dt>Address for programs</dt><dd><code>${location.origin}/v1</code></dd>
        <dt>Configuration</dt><dd>${value.file === undefined ? 'in memory: changes are lost when 429chain stops' : html`<code>${value.file}</code>`}</dd>
        <dt>Documentation</dt><dd>In the folder <code>docs</code> of the package: ${DOCS.map((name) => html`<code>${name}</code> `)}</dd>
      </dl></div>`
    }</load-state>`;
  }

  #open(section: string): void {
    this.section = section;
    history.replaceState(history.state, '', `/admin/settings?section=${section}`);
  }

  #isChanged(): boolean {
    return this.renderRoot.querySelector<ConfigurationEditor>('configuration-editor')?.changed ?? false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'page-settings': PageSettings;
  }
}
