/** Why something is held to be true, and where that was read. */
interface Grounds {
  /** One sentence without a full stop. */
  readonly why: string;
  /** A page, a setting, or words such as `429 bodies`. */
  readonly source?: string;
  /** The day on which it was read, such as `2026-09-26`. */
  readonly date?: string;
}

/** Whether requests to a target are free. */
export interface FreeStanding extends Grounds {
  readonly free: boolean | 'unknown';
}

/** Whether a target's provider trains models on requests. */
export interface TrainingStanding extends Grounds {
  readonly training: 'no' | 'may' | 'unknown';
}
