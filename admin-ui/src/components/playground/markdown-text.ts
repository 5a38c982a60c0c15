import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { MarkdownReader, safeAddress, type Token, type Tokens, unescaped } from '../../data/playground/markdown.js';
import { base } from '../../styles/base.js';
import '../common/code-block.js';
import './model-image.js';

type Rendered = TemplateResult | string | typeof nothing | readonly Rendered[];

/** Deeper text is shown as it is written. */
const DEEPEST = 24;

/**
 * The Markdown of a model. Nothing in it reaches the page as HTML: the elements are templates, and all the rest is text. Links
 * open only http, https and mail addresses, and images are not loaded.
 */
@customElement('markdown-text')
export class MarkdownText extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: grid; gap: var(--space-3); line-height: 1.6; max-width: 72ch; overflow-wrap: anywhere; }
      h3, h4, h5, h6 { font-size: var(--text-m); font-weight: 650; margin: 0; }
      h3 { font-size: var(--text-l); }
      p, li { unicode-bidi: plaintext; }
      ul, ol { padding-left: 1.5rem; display: grid; gap: var(--space-1); }
      ul { list-style: disc; } ol { list-style: decimal; }
      ul.tasks { list-style: none; padding-left: 0; }
      li > ul, li > ol, li > p + p, li > code-block { margin-top: var(--space-1); }
      blockquote { margin: 0; padding-left: var(--space-3); border-left: 3px solid var(--line-strong); color: var(--muted); display: grid; gap: var(--space-2); }
      hr { width: 100%; border: 0; border-top: 1px solid var(--line); margin: 0; }
      code { background: var(--sunken); border-radius: 0.1875rem; padding: 0.0625rem 0.25rem; }
      .wide { overflow-x: auto; }
      table { width: auto; }
      th, td { padding: var(--space-1) var(--space-3); text-align: start; }
      .right { text-align: right; } .center { text-align: center; }
      .html { white-space: pre-wrap; color: var(--muted); }
      input { vertical-align: -0.15em; }
      :host([growing]) > :is(p, h3, h4, h5, h6):last-child::after, :host([growing]) > :is(ul, ol):last-child > li:last-child::after { content: ''; display: inline-block; width: 0.5rem; height: 1rem; margin-left: 0.125rem; vertical-align: text-bottom; background: var(--water); animation: blink 1s steps(2) infinite; }
      @keyframes blink { 50% { opacity: 0; } }
    `,
  ];
  @property() text = '';
  /** More text comes: a caret stands at the end. */
  @property({ type: Boolean, reflect: true }) growing = false;
  readonly #reader = new MarkdownReader();

  override render() {
    return this.#reader.read(this.text).map((block) => guard([block], () => blockOf(block, 0)));
  }
}

const blocksOf = (tokens: readonly Token[] | undefined, depth: number): Rendered =>
  (tokens ?? []).map((token) => blockOf(token, depth + 1));

const blockOf = (token: Token, depth: number): Rendered => {
  if (depth > DEEPEST) return html`<p>${token.raw}</p>`;
  const renders = BLOCKS[token.type];
  return renders === undefined ? html`<p>${inlineOf(token, depth)}</p>` : renders(token as never, depth);
};

const BLOCKS: Readonly<Record<string, (token: never, depth: number) => Rendered>> = {
  space: () => nothing,
  def: () => nothing,
  hr: () => html`<hr />`,
  heading: (token: Tokens.Heading, depth) => heading(token.depth, inlines(token.tokens, depth)),
  paragraph: ({ tokens }: Tokens.Paragraph, depth) => html`<p>${inlines(tokens, depth)}</p>`,
  blockquote: ({ tokens }: Tokens.Blockquote, depth) => html`<blockquote>${blocksOf(tokens, depth)}</blockquote>`,
  code: (token: Tokens.Code) => code(token),
  list: (token: Tokens.List, depth) => list(token, depth),
  table: (token: Tokens.Table, depth) => table(token, depth),
  checkbox: ({ checked }: { checked?: boolean }) =>
    html`<input type="checkbox" disabled .checked=${checked === true} aria-label=${checked === true ? 'done' : 'not done'} /> `,
  html: ({ text }: Tokens.HTML) => html`<div class="html">${text.trimEnd()}</div>`,
  // A line of a list without blank lines.
  text: (token: Tokens.Text, depth) => inlineOf(token, depth),
};

/** Below the headings of the page. */
const heading = (level: number, words: Rendered): Rendered => {
  if (level <= 2) return html`<h3>${words}</h3>`;
  if (level === 3) return html`<h4>${words}</h4>`;
  return level === 4 ? html`<h5>${words}</h5>` : html`<h6>${words}</h6>`;
};

const code = ({ text, lang }: Tokens.Code): Rendered => {
  const language = unescaped(lang ?? '').split(/\s/)[0] ?? '';
  return html`<code-block many where=${language === '' ? 'code' : language} .text=${text}></code-block>`;
};

const list = ({ ordered, start, items }: Tokens.List, depth: number): Rendered => {
  const all = items.map(({ tokens }) => html`<li>${blocksOf(tokens, depth)}</li>`);
  if (ordered) return html`<ol start=${start === '' ? 1 : start}>${all}</ol>`;
  return html`<ul class=${items.some(({ task }) => task) ? 'tasks' : ''}>${all}</ul>`;
};

const table = (
  { header, rows }: Tokens.Table,
  depth: number,
): Rendered => html`<div class="wide" tabindex="0" role="group" aria-label="Table"><table>
  <thead><tr>${header.map(({ align, tokens }) => html`<th scope="col" class=${align ?? ''}>${inlines(tokens, depth)}</th>`)}</tr></thead>
  <tbody>${rows.map((row) => html`<tr>${row.map(({ align, tokens }) => html`<td class=${align ?? ''}>${inlines(tokens, depth)}</td>`)}</tr>`)}</tbody>
</table></div>`;

const inlines = (tokens: readonly Token[] | undefined, depth: number): Rendered =>
  (tokens ?? []).map((token) => inlineOf(token, depth + 1));

const inlineOf = (token: Token, depth: number): Rendered => {
  if (depth > DEEPEST) return token.raw;
  const renders = INLINES[token.type];
  return renders === undefined ? token.raw : renders(token as never, depth);
};

const INLINES: Readonly<Record<string, (token: never, depth: number) => Rendered>> = {
  text: ({ tokens, text }: Tokens.Text, depth) => (tokens === undefined ? unescaped(text) : inlines(tokens, depth)),
  escape: ({ text }: Tokens.Escape) => text,
  strong: ({ tokens }: Tokens.Strong, depth) => html`<strong>${inlines(tokens, depth)}</strong>`,
  em: ({ tokens }: Tokens.Em, depth) => html`<em>${inlines(tokens, depth)}</em>`,
  del: ({ tokens }: Tokens.Del, depth) => html`<del>${inlines(tokens, depth)}</del>`,
  codespan: ({ text }: Tokens.Codespan) => html`<code>${text}</code>`,
  br: () => html`<br />`,
  link: ({ href, tokens }: Tokens.Link, depth) => link(href, inlines(tokens, depth)),
  image: ({ href, text }: Tokens.Image) => html`<model-image .url=${href} .about=${unescaped(text)}></model-image>`,
  html: ({ text }: Tokens.HTML) => (/^<br\s*\/?>$/i.test(text) ? html`<br />` : text),
};

/** The address is shown on hover: the words of a link may name another one. */
const link = (href: string, words: Rendered): Rendered => {
  const address = safeAddress(unescaped(href));
  if (address === undefined) return words;
  return html`<a href=${address} target="_blank" rel="noopener noreferrer" title=${address}>${words}</a>`;
};

declare global {
  interface HTMLElementTagNameMap {
    'markdown-text': MarkdownText;
  }
}
