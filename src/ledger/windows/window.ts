/**
 * How a quota's units come back with time. Times are epoch ms. `left` may be negative; units in flight are the
 * quota's business, not the window's.
 */
export interface Window {
  readonly limit: number | undefined;
  /** Units not used up at `now`. */
  left(now: number): number;
  /** When `units` will be left, if nothing more is used; `Infinity` if never. Only called when they are not. */
  freeAt(units: number, now: number): number;
  /** Units were used by an attempt that ended at `at`. */
  use(units: number, at: number): void;
  /** When it is full again, if that is known. */
  resetAt(now: number): number | undefined;
  /** What `reviveWindow` makes it from again; `held` units in flight count as used at `now`. */
  snapshot(held: number, now: number): WindowSnapshot;
}

/** A window as it is kept over a restart. */
export type WindowSnapshot =
  | {
      readonly kind: 'sliding';
      readonly limit: number;
      readonly uses: readonly (readonly [expiresAt: number, units: number])[];
    }
  | { readonly kind: 'fixed'; readonly limit: number | null; readonly remaining: number; readonly resetAt: number }
  | {
      readonly kind: 'refilling';
      readonly limit: number;
      readonly level: number;
      readonly perMs: number;
      readonly at: number;
    };
