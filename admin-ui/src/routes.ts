import type { Route } from '@vaadin/router';
import { loadPage } from './data/browser/page-scripts.js';

/** The entries of the navigation. `icon` is a name in `components/common/ui-icon.ts`. */
export const NAVIGATION = [
  { path: '/', title: 'Overview', icon: 'waterfall' },
  { path: '/providers', title: 'Providers', icon: 'provider' },
  { path: '/catalogue', title: 'Catalogue', icon: 'catalogue' },
  { path: '/chains', title: 'Chains', icon: 'chain' },
  { path: '/requests', title: 'Requests', icon: 'requests' },
  { path: '/usage', title: 'Usage', icon: 'usage' },
  { path: '/playground', title: 'Playground', icon: 'play' },
  { path: '/connect', title: 'Connect', icon: 'connect' },
  { path: '/plugins', title: 'Plugins', icon: 'plugin' },
  { path: '/settings', title: 'Settings', icon: 'settings' },
] as const;

const page = (path: string, component: string, title: string, load: () => Promise<unknown>): Route => ({
  path,
  component,
  action: async ({ pathname }) => {
    await loadPage(load, title, pathname);
    document.title = `${title} · 429chain`;
  },
});

/** Each page is loaded when it is first visited. */
export const ROUTES: Route[] = [
  page('/', 'page-overview', 'Overview', () => import('./pages/page-overview.js')),
  page('/welcome', 'page-welcome', 'Welcome', () => import('./pages/page-welcome.js')),
  page('/providers', 'page-providers', 'Providers', () => import('./pages/page-providers.js')),
  page('/catalogue', 'page-catalogue', 'Catalogue', () => import('./pages/page-catalogue.js')),
  page('/chains', 'page-chains', 'Chains', () => import('./pages/page-chains.js')),
  page('/chains/:name', 'page-chain', 'Chain', () => import('./pages/page-chain.js')),
  page('/requests', 'page-requests', 'Requests', () => import('./pages/page-requests.js')),
  page('/requests/:id', 'page-request', 'Request', () => import('./pages/page-request.js')),
  page('/usage', 'page-usage', 'Usage', () => import('./pages/page-usage.js')),
  page('/playground', 'page-playground', 'Playground', () => import('./pages/page-playground.js')),
  page('/connect', 'page-connect', 'Connect', () => import('./pages/page-connect.js')),
  page('/plugins', 'page-plugins', 'Plugins', () => import('./pages/page-plugins.js')),
  page('/settings', 'page-settings', 'Settings', () => import('./pages/page-settings.js')),
  page('(.*)', 'page-nowhere', 'Not found', () => import('./pages/page-nowhere.js')),
];
