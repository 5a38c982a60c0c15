/** Each page with an element that is there when it is usable. */
export const PAGES: readonly (readonly [path: string, usable: string])[] = [
  ['', 'page-overview chain-flow'],
  ['welcome', 'page-welcome type-cards'],
  ['providers', 'page-providers provider-card'],
  ['catalogue', 'page-catalogue catalogue-entry'],
  ['chains', 'page-chains chain-card'],
  ['chains/default', 'page-chain sortable-list'],
  ['requests', 'page-requests h1'],
  ['usage', 'page-usage h1'],
  ['playground', 'page-playground textarea'],
  ['connect', 'page-connect program-settings'],
  ['plugins', 'page-plugins plugin-card'],
  ['settings', 'page-settings key-list table'],
  ['nothing/here', 'page-nowhere h1'],
];
