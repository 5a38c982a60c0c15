/** A row while it is dragged. */
export interface DraggedRow {
  readonly item: unknown;
  /** The words at the pointer. */
  readonly name: string;
  /** The list that it is dragged from. */
  readonly from: Element;
  /** What that list scrolls in, also while something else covers its edge. */
  readonly scroller: Element | null;
}

/** What rows can be dropped on. */
export interface DropZone extends Element {
  /** Shows where the row would go. @returns what puts it there; `undefined` if it cannot be dropped here */
  showDrop(row: DraggedRow, y: number): (() => void) | undefined;
  hideDrop(): void;
}

/** A shorter way is a click. */
const START_PX = 4;
/** A list scrolls while the pointer is so close to its edge. */
const EDGE_PX = 48;
const SCROLL_PX_PER_MS = 0.85;
/** The time for which one slow frame counts at most, so that no row is jumped over. */
const LONGEST_FRAME_MS = 250;

const GHOST =
  'position: fixed; z-index: 100; top: 0; left: 0; pointer-events: none; max-width: 80vw; padding: 0.375rem 0.75rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 550; color: var(--text); background: var(--raised); border: 1px solid var(--accent); border-radius: var(--radius-s); box-shadow: var(--shadow);';

/**
 * Follows the pointer from `down` on until it is released over a `DropZone`. Escape cancels. It works by touch too, if the
 * element under the pointer has `touch-action: none`.
 * @param begun called when the pointer has moved far enough
 * @param ended called at the end, after the drop
 * @returns a function that cancels it
 */
export const dragRow = (down: PointerEvent, row: DraggedRow, begun: () => void, ended: () => void): (() => void) => {
  const listening = new AbortController();
  let { clientX: x, clientY: y } = down;
  let ghost: HTMLElement | undefined;
  let zone: DropZone | undefined;
  let drop: (() => void) | undefined;
  let drawnAt = 0;

  const look = (): void => {
    const next = zoneAt(x, y);
    if (next !== zone) zone?.hideDrop();
    zone = next;
    drop = zone?.showDrop(row, y);
  };
  const end = (drops: boolean): void => {
    if (listening.signal.aborted) return;
    listening.abort();
    ghost?.remove();
    zone?.hideDrop();
    if (drops) drop?.();
    if (ghost !== undefined) ended();
  };
  /** As fast on a slow machine as on a fast one. */
  const scroll = (now: number): void => {
    if (listening.signal.aborted) return;
    const px = Math.min(Math.max(now - drawnAt, 0), LONGEST_FRAME_MS) * SCROLL_PX_PER_MS;
    drawnAt = now;
    if (scrollAtEdge(x, y, row.scroller, px)) look();
    requestAnimationFrame(scroll);
  };
  const move = (event: PointerEvent): void => {
    if (event.pointerId !== down.pointerId) return;
    ({ clientX: x, clientY: y } = event);
    if (ghost === undefined) {
      if (Math.hypot(x - down.clientX, y - down.clientY) < START_PX) return;
      ghost = ghostOf(row);
      begun();
      drawnAt = performance.now();
      requestAnimationFrame(scroll);
    }
    ghost.style.transform = `translate(${x + 12}px, ${y - 16}px)`;
    look();
  };
  const { signal } = listening;
  window.addEventListener('pointermove', move, { signal });
  window.addEventListener('pointerup', ({ pointerId }) => pointerId === down.pointerId && end(true), { signal });
  window.addEventListener('pointercancel', ({ pointerId }) => pointerId === down.pointerId && end(false), { signal });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || ghost === undefined) return;
    event.preventDefault();
    end(false);
  };
  window.addEventListener('keydown', onKey, { signal, capture: true });
  return () => end(false);
};

const ghostOf = ({ name, from }: DraggedRow): HTMLElement => {
  const ghost = document.createElement('div');
  ghost.textContent = name;
  ghost.setAttribute('aria-hidden', 'true');
  ghost.style.cssText = GHOST;
  // Beside the list: also in a modal dialog, in front of which nothing else is.
  (from.getRootNode() as Document | ShadowRoot).append(ghost);
  return ghost;
};

/** The element at a point and all around it, out of every shadow root. */
function* elementsAt(x: number, y: number): Generator<Element> {
  let element: Element | null = null;
  let inner = document.elementFromPoint(x, y);
  while (inner !== null && inner !== element) {
    element = inner;
    inner = element.shadowRoot?.elementFromPoint(x, y) ?? null;
  }
  for (let node: Node | null = element; node !== null; node = parentOf(node)) if (node instanceof Element) yield node;
}

const parentOf = (node: Node): Node | null => {
  if (node instanceof Element && node.assignedSlot !== null) return node.assignedSlot;
  return node instanceof ShadowRoot ? node.host : node.parentNode;
};

const zoneAt = (x: number, y: number): DropZone | undefined => {
  for (const element of elementsAt(x, y)) if ('showDrop' in element) return element as DropZone;
  return undefined;
};

/** Scrolls the list, what is under the pointer, or the page by `px`. @returns whether anything moved */
const scrollAtEdge = (x: number, y: number, scroller: Element | null, px: number): boolean => {
  const isOutside = y < EDGE_PX || y > window.innerHeight - EDGE_PX;
  for (const element of [...(isOutside && scroller !== null ? [scroller] : []), ...elementsAt(x, y)]) {
    const isPage = element === document.scrollingElement;
    if (!isPage && !/auto|scroll/.test(getComputedStyle(element).overflowY)) continue;
    const { top, bottom } = isPage ? { top: 0, bottom: window.innerHeight } : element.getBoundingClientRect();
    const by = y < top + EDGE_PX ? -px : y > bottom - EDGE_PX ? px : 0;
    const before = element.scrollTop;
    element.scrollTop += by;
    if (element.scrollTop !== before) return true;
  }
  return false;
};
