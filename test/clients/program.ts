/** How a client reaches the proxy of a run. */
export interface Way {
  /** Such as `http://127.0.0.1:3429`. */
  readonly address: string;
  readonly key: string;
  /** The chain to ask. */
  readonly chain: string;
  /** A chain whose first target breaks off long answers. */
  readonly breaking: string;
  /** Loads a package that was installed for the run. */
  load(name: string): Promise<any>;
  /** The absolute path of a command of an installed package. */
  command(name: string): string;
  /** A new empty folder. */
  folder(): string;
  /** How many streams callers have left so far, as the models saw it. */
  left(): number;
}

/** What every client is tried with, in the order of the table. */
export const CASES = [
  'plain',
  'stream',
  'tools',
  'parallel tools',
  'structured',
  'picture',
  'error',
  'abort',
  'break in the middle',
  'task',
] as const;

export type Case = (typeof CASES)[number];

/** A client, and what it does in each case: it throws if the result is wrong. Cases that it does not know are absent. */
export interface Program {
  readonly title: string;
  /** The npm packages that it needs, with versions; the first one is shown. */
  readonly packages: readonly string[];
  readonly protocol: string;
  readonly cases: Partial<Record<Case, (way: Way) => Promise<void>>>;
}

/** Throws unless `text` contains `part`. */
export const has = (text: unknown, part: string): void => {
  const found = typeof text === 'string' ? text : JSON.stringify(text);
  if (!found?.includes(part)) throw new Error(`Expected ${JSON.stringify(part)} in ${found?.slice(0, 500)}`);
};

/** Throws unless `values` are the same. */
export const same = (value: unknown, expected: unknown): void => {
  if (JSON.stringify(value) !== JSON.stringify(expected)) {
    throw new Error(`Expected ${JSON.stringify(expected)}, got ${JSON.stringify(value)?.slice(0, 500)}`);
  }
};

/** Resolves with what `work` rejects with. */
export const failureOf = async (work: () => Promise<unknown>): Promise<any> => {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
};

/** Resolves when `holds` does, or fails after 5 seconds. */
export const until = async (holds: () => boolean, what: string): Promise<void> => {
  const end = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} did not come about.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** A red picture of 8 × 8 pixels. */
export const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP8z4APMOGVHbHSAEEsAQ+k2v6XAAAAAElFTkSuQmCC';

export const WEATHER_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
} as const;

export const ANSWER_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
} as const;

/** The two cases in which a client runs tools. `ask` resolves with the text of the answer that uses their results. */
export const toolCases = (
  ask: (way: Way, question: string) => Promise<string>,
): Pick<Program['cases'], 'tools' | 'parallel tools'> => ({
  tools: async (way) => same(await ask(way, 'What is the weather in Paris?'), 'The tools say: 21 degrees in Paris'),
  'parallel tools': async (way) =>
    same(
      await ask(way, 'What is the weather in Paris and Rome?'),
      'The tools say: 21 degrees in Paris and 21 degrees in Rome',
    ),
});
