import { html, type TemplateResult } from 'lit';

/** The dot at the end of a sentence is not a part of its address. */
const ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/;

/** A text whose web addresses are links. */
export const linkedText = (text: string): readonly (string | TemplateResult)[] =>
  text
    .split(ADDRESS)
    .map((part, index) =>
      index % 2 === 1 ? html`<a href=${part} target="_blank" rel="noreferrer noopener">${part}</a>` : part,
    );
