import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface Rows {
  /** The number of rows. */
  readonly count: number;
  /** The height of each row, px. */
  readonly height: number;
}

/** Extra rows above and below the visible ones, so that none is missing while scrolling. */
const SPARE = 12;

/**
 * Keeps only the visible rows of a list in the document. Pass the scrolling element to `ref()`. It says which rows to
 * render, and renders its host again when they change.
 */
export class VirtualRows implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #rows: () => Rows;
  readonly #onScroll: (top: number) => void;
  readonly #resized = new ResizeObserver(() => this.#measure());
  #scroller: HTMLElement | undefined;
  #first = 0;
  #last = 0;
  /** The height of the scrolling element, px. */
  width = 0;
  #height = 0;
  /** The last known scroll position: reading it forces a layout. */
  #top = 0;

  constructor(host: ReactiveControllerHost, rows: () => Rows, onScroll: (top: number) => void) {
    this.#host = host;
    this.#rows = rows;
    this.#onScroll = onScroll;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#resized.disconnect();
    this.#scroller = undefined;
  }

  /** For `ref()`. */
  readonly attach = (element: Element | undefined): void => {
    if (!(element instanceof HTMLElement) || element === this.#scroller) return;
    this.#scroller = element;
    this.#resized.observe(element);
    element.addEventListener('scroll', this.#scrolled, { passive: true });
  };

  /** The first row to render, and the one after the last. */
  get range(): { readonly first: number; readonly last: number } {
    const { count, height } = this.#rows();
    const top = this.#top;
    const first = Math.max(0, Math.floor(top / height) - SPARE);
    const last = Math.min(count, Math.ceil((top + this.#height) / height) + SPARE);
    return { first: Math.min(first, last), last };
  }

  /** The number of rows that are visible at once. */
  get page(): number {
    return Math.max(1, Math.floor(this.#height / this.#rows().height) - 1);
  }

  /** The last rows are nearly visible. */
  get isNearEnd(): boolean {
    return this.#height > 0 && this.range.last + 2 * this.page >= this.#rows().count;
  }

  /** Does nothing before the first layout. */
  scrollTo(top: number): void {
    if (this.#scroller === undefined || this.width === 0 || this.#top === top) return;
    this.#scroller.scrollTop = top;
    // The list may be shorter, and the browser reports the real position only later.
    this.#top = this.#scroller.scrollTop;
    this.#onScroll(this.#top);
    this.#host.requestUpdate();
  }

  /** Scrolls as little as needed. `above` px at the top are covered by the header. */
  reveal(index: number, above: number): void {
    if (this.#scroller === undefined) return;
    const { height } = this.#rows();
    const scrollTop = this.#top;
    const top = index * height;
    // The header takes space before the first row.
    const lowest = top + height + above - this.#height;
    if (top < scrollTop) this.scrollTo(top);
    else if (lowest > scrollTop) this.scrollTo(lowest);
  }

  readonly #scrolled = (): void => {
    this.#top = this.#scroller?.scrollTop ?? 0;
    this.#onScroll(this.#top);
    const { first, last } = this.range;
    if (first === this.#first && last === this.#last) return;
    this.#first = first;
    this.#last = last;
    this.#host.requestUpdate();
  };

  #measure(): void {
    this.width = this.#scroller?.clientWidth ?? 0;
    this.#height = this.#scroller?.clientHeight ?? 0;
    this.#host.requestUpdate();
  }
}
