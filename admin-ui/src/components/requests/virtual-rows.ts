import type { ReactiveController, ReactiveControllerHost } from 'lit';

export interface Rows {
  /** How many there are. */
  readonly count: number;
  /** All are equally high, px. */
  readonly height: number;
}

/** Rows above and below those that can be seen, so that none is missing while one scrolls. */
const SPARE = 12;

/**
 * Of a list of any length only the rows that can be seen are in the document. Give it the element that scrolls; it says
 * which rows to render, and renders its host anew when they change.
 */
export class VirtualRows implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #rows: () => Rows;
  readonly #onScroll: (top: number) => void;
  readonly #resized = new ResizeObserver(() => this.#measure());
  #scroller: HTMLElement | undefined;
  #first = 0;
  #last = 0;
  /** Of the element that scrolls, px. */
  width = 0;
  #height = 0;
  /** As it was last told: to read it makes the browser lay out the page. */
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

  /** Rows that fit into what can be seen. */
  get page(): number {
    return Math.max(1, Math.floor(this.#height / this.#rows().height) - 1);
  }

  /** The last rows can nearly be seen. */
  get isNearEnd(): boolean {
    return this.#height > 0 && this.range.last + 2 * this.page >= this.#rows().count;
  }

  /** Before the rows are laid out it does nothing. */
  scrollTo(top: number): void {
    if (this.#scroller === undefined || this.width === 0 || this.#top === top) return;
    this.#scroller.scrollTop = top;
    // It may not be as long, and the browser tells of it only later.
    this.#top = this.#scroller.scrollTop;
    this.#onScroll(this.#top);
    this.#host.requestUpdate();
  }

  /** Scrolls no further than needed. `above` px are covered at the top of what can be seen. */
  reveal(index: number, above: number): void {
    if (this.#scroller === undefined) return;
    const { height } = this.#rows();
    const scrollTop = this.#top;
    const top = index * height;
    // The covering head takes its place in front of the first row.
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
