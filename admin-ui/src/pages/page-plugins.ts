import { css, html, LitElement, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PluginsReply, PluginView } from '../../../src/contract/admin-configuration.js';
import { call } from '../data/server/client.js';
import { LiveController } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { idOf, matchingPlugins } from '../data/settings/plugins.js';
import { base } from '../styles/base.js';
import '../components/common/empty-state.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/plugins/plugin-card.js';
import '../components/common/ui-icon.js';

/** Every plugin, disabled ones too: the user's own first, then those with options. */
@customElement('page-plugins')
class PagePlugins extends LitElement {
  static override styles = [
    base,
    css`
      .search { max-width: 24rem; margin-bottom: var(--space-4); }
      section + section { margin-top: var(--space-5); }
      .none { padding: var(--space-3) var(--space-4); border: 1px dashed var(--line-strong); border-radius: var(--radius); }
    `,
  ];
  @state() private search = '';
  readonly #plugins = new Resource<PluginsReply>(this, (signal) => call('GET /plugins', { signal }));

  constructor() {
    super();
    // A new configuration sends a status event.
    new LiveController(this, (event) => {
      if (event?.type === 'status') void this.#plugins.reload();
    });
  }

  override render() {
    const { value } = this.#plugins;
    return html`
      <page-header heading="Plugins">
        What 429chain is made of. A plugin of your own is a file that <code>plugins</code> in the configuration names.
        <button slot="actions" @click=${() => this.#plugins.reload()}><ui-icon name="refresh"></ui-icon>Refresh</button>
      </page-header>
      <label class="field search"><span class="visually-hidden">Search plugins</span><input type="search" placeholder="Search: name, provider, hook, path" autocomplete="off" .value=${this.search} @input=${(event: InputEvent) => (this.search = (event.target as HTMLInputElement).value)} /></label>
      <load-state .of=${this.#plugins}>${value === undefined ? nothing : this.#list(value)}</load-state>`;
  }

  #list(reply: PluginsReply) {
    const found = matchingPlugins(reply.plugins, this.search.trim());
    const own = found.filter(({ builtIn }) => !builtIn);
    const builtIn = found.filter((plugin) => plugin.builtIn);
    if (found.length === 0) {
      return html`<empty-state icon="plugin" heading="No plugin matches" text=${`No plugin has “${this.search.trim()}” in its name, its description or in what it adds.`}><button @click=${() => (this.search = '')}>Show all plugins</button></empty-state>`;
    }
    const hasOwn = reply.plugins.some((plugin) => !plugin.builtIn);
    return html`
      ${own.length === 0 && hasOwn ? nothing : this.#group('Your plugins', own, reply)}
      ${
        builtIn.length === 0
          ? nothing
          : this.#group(
              'Built in',
              builtIn.toSorted((one, other) => rankOf(one) - rankOf(other)),
              reply,
            )
      }`;
  }

  #group(heading: string, plugins: readonly PluginView[], reply: PluginsReply) {
    return html`<section class="stack">
      <h2>${heading}</h2>
      ${plugins.length === 0 ? html`<p class="none muted">You have none. <code>429chain plugin new</code> writes one to start from.</p>` : nothing}
      ${repeat(
        plugins,
        idOf,
        (plugin) =>
          html`<plugin-card .reply=${reply} .plugin=${plugin} @saved=${() => this.#plugins.reload()}></plugin-card>`,
      )}
    </section>`;
  }
}

const rankOf = ({ optionsSchema }: PluginView): number => (optionsSchema === undefined ? 1 : 0);

declare global {
  interface HTMLElementTagNameMap {
    'page-plugins': PagePlugins;
  }
}
