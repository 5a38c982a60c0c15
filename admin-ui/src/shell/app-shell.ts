import { Router } from '@vaadin/router';
import { html, LitElement, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { AdminKeyPlace } from '../../../src/contract/admin-api.js';
import { MissingPageController, mayLeave } from '../data/browser/page-scripts.js';
import { ApiError, onSignedOut } from '../data/server/client.js';
import { LiveController, live } from '../data/server/feed.js';
import { currentSession, type Session, signOut } from '../data/server/session.js';
import { NAVIGATION, ROUTES } from '../routes.js';
import { base } from '../styles/base.js';
import { shell } from '../styles/shell.js';
import './sign-in.js';
import './theme-button.js';
import '../components/common/toast-host.js';
import '../components/common/ui-icon.js';
import { toastError } from '../components/common/toast-host.js';
import { PALETTE_KEYS, PaletteOpener } from './palette-opener.js';

/** Wraps every page: navigation, connection state and sign-in. */
@customElement('app-shell')
export class AppShell extends LitElement {
  static override styles = [base, shell];
  @state() private session: Session | 'none' | 'unknown' = 'unknown';
  /** The session has ended while the page has unsaved changes: the page is kept behind the sign-in. */
  @state() private kept: Session | undefined;
  /** Where the admin key is, for the sign-in. */
  @state() private keyPlace: AdminKeyPlace | undefined;
  @state() private unreachable: ApiError | undefined;
  @state() private path = location.pathname;
  @state() private open = false;
  readonly #missing = new MissingPageController(this);
  readonly #outlet = createRef<HTMLElement>();
  readonly #palette = new PaletteOpener(
    this,
    () => typeof this.session === 'object',
    () => this.#signOut(),
  );
  readonly #router = new Router(null, { baseUrl: '/admin/' });
  /** The outlet of the router. Each sign-in creates a new one. */
  #routed: HTMLElement | undefined;

  constructor() {
    super();
    new LiveController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    onSignedOut(() => this.#sessionOver());
    window.addEventListener('vaadin-router-location-changed', () => {
      this.path = location.pathname;
      this.open = false;
      window.scrollTo(0, 0);
    });
    void this.#enter();
  }

  override updated(changed: PropertyValues): void {
    const outlet = this.#outlet.value;
    if (!changed.has('session') || outlet === undefined || outlet === this.#routed) return;
    this.#routed = outlet;
    this.#router.setOutlet(outlet);
    void this.#router.setRoutes(ROUTES);
  }

  override render() {
    if (this.unreachable !== undefined)
      return html`<main class="alone"><h1>429chain does not answer</h1><p class="muted">${this.unreachable.message} This page tries again by itself.</p></main>`;
    if (this.session === 'unknown')
      return html`<main class="alone" role="status"><span class="visually-hidden">Loading</span></main>`;
    const session = this.session === 'none' ? this.kept : this.session;
    return html`
      ${this.session === 'none' ? html`<sign-in ?keeps=${this.kept !== undefined} .keyPlace=${this.keyPlace} @signed-in=${this.#enter}></sign-in>` : ''}
      ${session === undefined ? '' : this.#frame(session)}
      <toast-host></toast-host>`;
  }

  #frame({ version }: Session) {
    const away = this.session === 'none';
    return html`
      <div class="frame" ?hidden=${away}>
        <header>
          <button class="skip" @click=${() => this.#outlet.value?.focus()}>Skip to the content</button>
          <button class="quiet icon menu" aria-expanded=${this.open} aria-controls="navigation" aria-label="Menu" @click=${() => (this.open = !this.open)}>
            <ui-icon name=${this.open ? 'close' : 'menu'}></ui-icon>
          </button>
          <a class="brand" href="/admin/"><ui-icon name="waterfall"></ui-icon>429chain</a>
          ${this.#connection()}
          <button class="quiet icon search" aria-label="Search (${PALETTE_KEYS})" @click=${this.#palette.open}><ui-icon name="search"></ui-icon></button>
        </header>
        <nav id="navigation" class=${this.open ? 'open' : ''} aria-label="Pages" @keydown=${this.#onKey}>
          <button class="find" @click=${this.#palette.open}><ui-icon name="search"></ui-icon><span class="grow">Search</span><kbd>${PALETTE_KEYS}</kbd></button>
          <ul @click=${() => (this.open = false)}>${NAVIGATION.map((each) => this.#link(each))}</ul>
          <footer>
            <span class="muted small">429chain ${version}</span>
            <theme-button></theme-button>
            <button class="quiet" @click=${this.#signOut}><ui-icon name="leave"></ui-icon>Sign out</button>
          </footer>
        </nav>
        <main>
          ${this.#missingPage()}
          <div id="content" tabindex="-1" ${ref(this.#outlet)}></div>
        </main>
      </div>`;
  }

  #link({ path, title, icon }: (typeof NAVIGATION)[number]) {
    const href = `/admin${path}`;
    const here = path === '/' ? this.path === '/admin/' : this.path === href || this.path.startsWith(`${href}/`);
    return html`<li><a href=${href} aria-current=${here ? 'page' : 'false'}><ui-icon name=${icon}></ui-icon>${title}</a></li>`;
  }

  #missingPage() {
    const { page } = this.#missing;
    if (page === undefined) return '';
    const { title, href, outdated } = page;
    return html`<p class="missing" role="alert">
      <ui-icon name="warning"></ui-icon>
      ${
        outdated
          ? html`<span>429chain was upgraded, so the page ${title} cannot be loaded. Save or discard your changes, then <a href=${href} router-ignore>load the admin again</a>.</span>`
          : html`<span>The page ${title} cannot be loaded: 429chain does not answer. It opens when 429chain is back.</span>`
      }
    </p>`;
  }

  #connection() {
    if (live.connection === 'live')
      return html`<span class="connection good" role="status" title="This page is up to date"><i></i>Live</span>`;
    const text =
      live.connection === 'lost'
        ? html`Offline<span class="visually-hidden">: connection lost, trying again</span>`
        : 'Connecting';
    return html`<span class="connection warn" role="status" title="429chain does not answer. This page tries again by itself."><i></i>${text}</span>`;
  }

  #enter = async (): Promise<void> => {
    try {
      const { session, keyPlace } = await currentSession();
      this.unreachable = undefined;
      this.session = session ?? 'none';
      this.keyPlace = keyPlace;
      if (session === undefined) return;
      this.kept = undefined;
      live.start();
    } catch (error) {
      this.unreachable = error as ApiError;
      setTimeout(this.#enter, 2_000);
    }
  };

  #sessionOver(): void {
    if (this.session === 'none' || this.session === 'unknown') return;
    this.kept = mayLeave() ? undefined : this.session;
    this.#leave();
  }

  #leave(): void {
    live.stop();
    this.session = 'none';
  }

  #signOut = async (): Promise<void> => {
    try {
      await signOut();
      this.#leave();
    } catch (error) {
      if (error instanceof ApiError) toastError(error);
    }
  };

  /** Closes the menu of a narrow screen. */
  #onKey = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') this.open = false;
  };
}
