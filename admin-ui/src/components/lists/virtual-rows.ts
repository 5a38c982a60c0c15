import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface Rows {
  /** The number of rows. */
  readonly count: number;
  /** The height of each row, px; with `keyOf`, that of rows which were not rendered yet. */
  readonly height: number;
  /**
   * For rows of unequal height: what identifies a row. Its host renders such rows between two spaces of `above` and
   * `below` px, and gives each `data-row`, its index. Up to 50 rows are all rendered.
   */
  readonly keyOf?: (index: number) => unknown;
}

/** Extra rows above and below the visible ones, so that none is missing while scrolling. */
const SPARE = 12;
/** Up to so many rows of unequal height are all rendered. */
const WHOLE = 50;

interface Range {
  readonly first: number;
  readonly last: number;
}

/**
 * Keeps only the visible rows of a list in the document. Pass the scrolling element to `ref()`, with `attach`; if the list
 * scrolls with the page, pass the element that contains the rows, with `attachToPage`. It says which rows to render, and
 * renders its host again when they change.
 */
export class VirtualRows implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #rows: () => Rows;
  readonly #onScroll: (top: number) => void;
  readonly #resized = new ResizeObserver(() => this.#measure());
  readonly #rowResized = new ResizeObserver((entries) => this.#measureRows(entries));
  /** The heights of rows that were rendered, by key. */
  readonly #heights = new Map<unknown, number>();
  #observed = new Set<Element>();
  #scroller: HTMLElement | undefined;
  #scrollsPage = false;
  #shown: Range = { first: 0, last: 0 };
  /** The width of the scrolling element, px. */
  width = 0;
  #height = 0;
  /** The last known scroll position: reading it forces a layout. */
  #top = 0;

  constructor(host: ReactiveControllerHost, rows: () => Rows, onScroll: (top: number) => void = () => {}) {
    this.#host = host;
    this.#rows = rows;
    this.#onScroll = onScroll;
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#rows().keyOf === undefined) return;
    const rows = new Set(this.#scroller?.querySelectorAll('[data-row]'));
    for (const row of this.#observed) if (!rows.has(row)) this.#rowResized.unobserve(row);
    for (const row of rows) if (!this.#observed.has(row)) this.#rowResized.observe(row);
    this.#observed = rows;
  }

  hostDisconnected(): void {
    this.#detach();
  }

  /** For `ref()` of a scrolling element. */
  readonly attach = (element: Element | undefined): void => this.#attach(element, false);

  /** For `ref()` of an element that scrolls with the page. */
  readonly attachToPage = (element: Element | undefined): void => this.#attach(element, true);

  /** The first row to render, and the one after the last. */
  get range(): Range {
    const { count, height, keyOf } = this.#rows();
    if (keyOf !== undefined && count <= WHOLE) return { first: 0, last: count };
    const top = this.#top;
    const first = Math.max(0, this.#indexAt(top, Math.floor(top / height)) - SPARE);
    const bottom = top + this.#height;
    const last = Math.min(count, this.#indexAt(bottom, Math.ceil(bottom / height)) + SPARE);
    return { first: Math.min(first, last), last };
  }

  /** The height of the rows before the rendered ones, px. */
  get above(): number {
    return this.#heightOf(0, this.range.first);
  }

  /** The height of the rows after the rendered ones, px. */
  get below(): number {
    return this.#heightOf(this.range.last, this.#rows().count);
  }

  /** The number of rows that are visible at once. */
  get page(): number {
    return Math.max(1, Math.floor(this.#height / this.#rows().height) - 1);
  }

  /** The last rows are nearly visible. */
  get isNearEnd(): boolean {
    return this.#height > 0 && this.range.last + 2 * this.page >= this.#rows().count;
  }

  /** Does nothing before the first layout, and for a list that scrolls with the page. */
  scrollTo(top: number): void {
    if (this.#scroller === undefined || this.#scrollsPage || this.width === 0 || this.#top === top) return;
    this.#scroller.scrollTop = top;
    // The list may be shorter, and the browser reports the real position only later.
    this.#top = this.#scroller.scrollTop;
    this.#onScroll(this.#top);
    this.#host.requestUpdate();
  }

  /** The height of the rows before one, px. */
  topOf(index: number): number {
    return this.#heightOf(0, index);
  }

  /** Scrolls as little as needed to a row. `above` px at the top are covered by the header. */
  reveal(index: number, above: number): void {
    if (this.#scroller === undefined) return;
    const height = this.#heightOf(index, index + 1);
    const scrollTop = this.#top;
    const top = this.topOf(index);
    // The header takes space before the first row.
    const lowest = top + height + above - this.#height;
    if (top < scrollTop) this.scrollTo(top);
    else if (lowest > scrollTop) this.scrollTo(lowest);
  }

  #attach(element: Element | undefined, scrollsPage: boolean): void {
    if (!(element instanceof HTMLElement) || element === this.#scroller) return;
    this.#detach();
    this.#scroller = element;
    this.#scrollsPage = scrollsPage;
    this.#resized.observe(element);
    const source = scrollsPage ? window : element;
    source.addEventListener('scroll', this.#scrolled, { passive: true });
    if (scrollsPage) window.addEventListener('resize', this.#scrolled, { passive: true });
  }

  #detach(): void {
    this.#resized.disconnect();
    this.#rowResized.disconnect();
    this.#observed = new Set();
    this.#scroller?.removeEventListener('scroll', this.#scrolled);
    window.removeEventListener('scroll', this.#scrolled);
    window.removeEventListener('resize', this.#scrolled);
    this.#scroller = undefined;
  }

  readonly #scrolled = (): void => {
    this.#readPosition();
    this.#onScroll(this.#top);
    const { first, last } = this.range;
    if (first !== this.#shown.first || last !== this.#shown.last) this.#show();
  };

  /** Also when the list above it moves: an observed element reports its own size only. */
  #readPosition(): void {
    const scroller = this.#scroller;
    if (scroller === undefined) return;
    if (!this.#scrollsPage) {
      this.#top = scroller.scrollTop;
      return;
    }
    this.#top = -scroller.getBoundingClientRect().top;
    this.#height = window.innerHeight;
  }

  #show(): void {
    this.#shown = this.range;
    this.#host.requestUpdate();
  }

  #measure(): void {
    this.width = this.#scroller?.clientWidth ?? 0;
    this.#height = this.#scroller?.clientHeight ?? 0;
    if (this.#scrollsPage) this.#readPosition();
    this.#show();
  }

  #measureRows(entries: readonly ResizeObserverEntry[]): void {
    const { keyOf } = this.#rows();
    if (keyOf === undefined) return;
    for (const { target, borderBoxSize } of entries) {
      const height = borderBoxSize[0]?.blockSize ?? 0;
      if (height > 0) this.#heights.set(keyOf(Number((target as HTMLElement).dataset.row)), height);
    }
    const { first, last } = this.range;
    if (first !== this.#shown.first || last !== this.#shown.last) this.#show();
  }

  /** The row at `top` px; for equal rows, `equal`. */
  #indexAt(top: number, equal: number): number {
    const { count, height, keyOf } = this.#rows();
    if (keyOf === undefined) return equal;
    let index = 0;
    for (let bottom = 0; index < count; index++) {
      bottom += this.#heights.get(keyOf(index)) ?? height;
      if (bottom > top) break;
    }
    return index;
  }

  #heightOf(from: number, to: number): number {
    const { height, keyOf } = this.#rows();
    if (keyOf === undefined) return (to - from) * height;
    let sum = 0;
    for (let index = from; index < to; index++) sum += this.#heights.get(keyOf(index)) ?? height;
    return sum;
  }
}
