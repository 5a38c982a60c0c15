/** Something about a provider or a target that a person should know or do. */
export interface Finding {
  readonly kind: 'key refused' | 'model gone' | 'model not free' | 'limit differs';
  /** The provider (`groq`, `groq:key 1`) or the target (`groq/model`). */
  readonly about: string;
  /** What 429chain found, in one sentence. */
  readonly problem: string;
  /** What to do about it, in one sentence. */
  readonly advice: string;
}

/** What one look at all providers found. */
export interface Inspection {
  /** Epoch ms. */
  readonly at: number;
  readonly findings: readonly Finding[];
}

export interface InspectionReply {
  /** Absent before the first look since the start. */
  readonly latest?: Inspection;
  /** How often 429chain looks by itself, such as `1d`. Absent: never. */
  readonly every?: string;
}
