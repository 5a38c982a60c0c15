import { html, LitElement, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { PluginsReply } from '../../../src/contract/admin-configuration.js';
import { call } from '../data/server/client.js';
import { LiveController } from '../data/server/feed.js';
import { Resource } from '../data/server/resource.js';
import { idOf } from '../data/settings/plugins.js';
import { base } from '../styles/base.js';
import '../components/common/load-state.js';
import '../components/common/page-header.js';
import '../components/plugins/plugin-card.js';
import '../components/common/ui-icon.js';

/** Every plugin, disabled ones too: the user's own first, then those with options. */
@customElement('page-plugins')
class PagePlugins extends LitElement {
  static override styles = base;
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
      <load-state .of=${this.#plugins}>${value === undefined ? nothing : this.#list(value)}</load-state>`;
  }

  #list(reply: PluginsReply) {
    return html`<div class="stack">
      ${repeat(
        reply.plugins.toSorted((one, other) => rankOf(one) - rankOf(other)),
        idOf,
        (plugin) =>
          html`<plugin-card .reply=${reply} .plugin=${plugin} @saved=${() => this.#plugins.reload()}></plugin-card>`,
      )}
    </div>`;
  }
}

const rankOf = ({ builtIn, optionsSchema }: PluginsReply['plugins'][number]): number =>
  builtIn ? (optionsSchema === undefined ? 2 : 1) : 0;

declare global {
  interface HTMLElementTagNameMap {
    'page-plugins': PagePlugins;
  }
}
