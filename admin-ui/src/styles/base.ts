import { css } from 'lit';

/** The common styles of all components. */
export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; }
  ul, ol { padding: 0; list-style: none; }
  h1 { font-size: var(--text-xl); font-weight: 650; letter-spacing: -0.01em; }
  h2 { font-size: var(--text-l); font-weight: 620; }
  h3 { font-size: var(--text-m); font-weight: 620; }
  /* A name may contain characters that turn the direction of writing round: it must not reach what is beside it. */
  span, a, b, code, time, strong, button, label, dt, dd, td, th, li, p, option { unicode-bidi: isolate; }
  a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 2px; }
  code, pre, .mono { font-family: var(--mono); font-size: 0.95em; }
  .muted { color: var(--muted); }
  .small { font-size: var(--text-s); }
  .number { font-variant-numeric: tabular-nums; }
  .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
  .row { display: flex; align-items: center; gap: var(--space-2); flex-wrap: wrap; }
  .row.between { justify-content: space-between; }
  .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-3); align-content: start; }
  .grow { flex: 1; min-width: 0; }
  .clip { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .card { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); padding: var(--space-4); }
  .visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  /* Where colours are forced there are no shadows, and outlines are drawn. */
  :focus-visible { outline: 2px solid transparent; outline-offset: 2px; box-shadow: var(--focus); border-radius: var(--radius-s); }

  button, .button {
    font: inherit; font-weight: 550; color: var(--text); background: var(--surface); cursor: pointer;
    display: inline-flex; align-items: center; justify-content: center; gap: var(--space-2);
    min-height: var(--control); padding: 0 var(--space-3); text-decoration: none; white-space: nowrap;
    border: 1px solid var(--line-strong); border-radius: var(--radius-s);
  }
  button:hover, .button:hover { background: var(--sunken); }
  button:disabled { opacity: 0.55; cursor: default; }
  button.primary, .button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  button.primary:hover, .button.primary:hover { filter: brightness(1.08); }
  button.danger { color: var(--bad); border-color: currentcolor; }
  button.quiet { border-color: transparent; background: transparent; color: var(--muted); }
  button.quiet:hover { background: var(--sunken); color: var(--text); }
  button.icon { padding: 0; width: var(--control); }

  label.field, .field { display: grid; gap: var(--space-1); }
  label.field > span:not(.hint, .problem), .field > .label { font-weight: 550; }
  .hint { color: var(--muted); font-size: var(--text-s); font-weight: 400; }
  .problem { color: var(--bad); font-size: var(--text-s); }
  input, select, textarea {
    font: inherit; color: var(--text); background: var(--surface); width: 100%; min-width: 0;
    border: 1px solid var(--line-strong); border-radius: var(--radius-s); padding: 0.2rem 0.5rem; min-height: var(--control);
  }
  textarea { resize: vertical; line-height: 1.5; padding: 0.3rem 0.5rem; }
  input[type='checkbox'], input[type='radio'] { width: 1rem; height: 1rem; min-height: 0; margin: 0; accent-color: var(--accent); }
  label.check { display: flex; align-items: center; gap: var(--space-2); }
  input::placeholder, textarea::placeholder { color: var(--muted); opacity: 1; }
  [aria-invalid='true'] { border-color: var(--bad); }

  table { width: 100%; border-collapse: collapse; }
  th { text-align: left; font-weight: 550; color: var(--muted); font-size: var(--text-s); }
  th, td { padding: var(--space-2) var(--space-3); border-bottom: 1px solid var(--line); vertical-align: baseline; }
  th.number, td.number { text-align: right; }

  @media (max-width: 40rem) {
    button, .button, input, select { min-height: 2.5rem; }
    button.icon { width: 2.5rem; }
    input, select, textarea { font-size: 1rem; }
  }
  /* What is drawn by its ground alone keeps it where colours are forced, and what is chosen gets a line. */
  @media (forced-colors: active) {
    i, .bar { forced-color-adjust: none; }
    [aria-current='page'], [aria-pressed='true'] { outline: 2px solid Highlight; outline-offset: -2px; }
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { transition: none !important; animation: none !important; }
  }
`;
