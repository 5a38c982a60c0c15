import { css } from 'lit';

/** The frame around every page. */
export const shell = css`
  .frame { --head: 3.25rem; display: grid; grid-template: auto 1fr / 13rem minmax(0, 1fr); grid-template-areas: 'head main' 'nav main'; min-height: 100dvh; }
  header { grid-area: head; display: flex; align-items: center; gap: var(--space-3); position: sticky; top: 0; height: var(--head); padding: 0 var(--space-4); background: var(--surface); border-right: 1px solid var(--line); }
  .brand { display: flex; align-items: center; gap: var(--space-2); font-weight: 700; font-size: var(--text-l); color: var(--text); text-decoration: none; }
  .brand ui-icon { color: var(--water); }
  .menu { display: none; }
  nav { grid-area: nav; display: flex; flex-direction: column; justify-content: space-between; padding: 0 var(--space-2) var(--space-4); background: var(--surface); border-right: 1px solid var(--line); position: sticky; top: var(--head); max-height: calc(100dvh - var(--head)); overflow-y: auto; }
  nav ul { display: grid; gap: 0.125rem; }
  nav a { display: flex; align-items: center; gap: var(--space-3); padding: 0.375rem var(--space-2); border-radius: var(--radius-s); color: var(--muted); text-decoration: none; font-weight: 500; }
  nav a:hover { background: var(--sunken); color: var(--text); }
  nav a[aria-current='page'] { background: var(--accent-soft); color: var(--accent); }
  .find { justify-content: flex-start; margin: 0 0 var(--space-3); padding: 0 var(--space-2); color: var(--muted); font-weight: 500; background: var(--ground); }
  .find .grow { text-align: left; }
  kbd { font: inherit; font-size: var(--text-s); }
  .search { display: none; }
  nav ul { flex: 1; align-content: start; }
  nav footer { display: grid; gap: var(--space-1); justify-items: start; }
  nav footer span { padding: var(--space-2); }
  nav footer button { padding: 0 var(--space-2); }
  main { grid-area: main; padding: var(--space-5) clamp(var(--space-3), 2.5vw, var(--space-6)) var(--space-6); outline: none; max-width: 160rem; width: 100%; }
  main > div { outline: none; }
  main > div:focus-visible { box-shadow: none; }
  .missing { position: sticky; top: var(--space-3); z-index: 10; display: flex; align-items: center; gap: var(--space-2); margin: 0 0 var(--space-4); padding: var(--space-2) var(--space-3); border: 1px solid var(--warn); border-radius: var(--radius); background: var(--raised); }
  .missing ui-icon { color: var(--warn); flex: none; }
  .alone { display: grid; place-content: center; text-align: center; gap: var(--space-2); min-height: 100dvh; max-width: none; }
  .connection { display: inline-flex; align-items: center; gap: 0.375rem; font-size: var(--text-s); }
  .connection i { width: 0.4375rem; height: 0.4375rem; border-radius: 50%; background: currentcolor; }
  .skip { position: absolute; left: var(--space-2); top: -4rem; z-index: 40; }
  .skip:focus { top: var(--space-2); }

  @media (max-width: 56rem) {
    .frame { grid-template: auto auto 1fr / minmax(0, 1fr); grid-template-areas: 'head' 'nav' 'main'; }
    header { z-index: 20; border-right: 0; border-bottom: 1px solid var(--line); padding: 0 var(--space-3); }
    .connection { margin-left: auto; }
    .search { display: inline-flex; }
    .find { display: none; }
    .missing { top: calc(var(--head) + var(--space-2)); }
    .menu { display: inline-flex; }
    nav { display: none; position: static; max-height: none; border-right: 0; border-bottom: 1px solid var(--line); padding-top: var(--space-2); }
    nav.open { display: flex; }
    nav a { min-height: 2.75rem; }
  }
`;
