import { html } from 'lit';
import { fullTimeText, timeText, utcText } from '../../data/format.js';

/**
 * A `time` element in local time, with UTC on hover and for screen readers. It is not a component: lists create hundreds, and
 * shadow roots are expensive. Needs the styles of `base`.
 * @param at epoch ms
 * @param text how the local time is written; by default as short as the day allows
 */
export const localTime = (at: number, text: string = timeText(at)) =>
  html`<time class="number" datetime=${new Date(at).toISOString()} title="${fullTimeText(at)} · ${utcText(at)}">${text}<span class="visually-hidden"> (${utcText(at)})</span></time>`;
