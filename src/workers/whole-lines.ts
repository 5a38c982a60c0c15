import { createHash } from 'node:crypto';

/** Before a line that several workers may write alike: a mark, a digest of what it says, a mark. */
const BEGIN = '\u001e';
const END = '\u001f';
/** Workers that say the same within this time mean the same event. */
const ALIKE_MS = 5_000;

/** Marks a line that other workers may write too. `content` is the line without its time. */
export const markAlike = (line: string, content: string): string =>
  `${BEGIN}${createHash('sha256').update(content).digest('base64url').slice(0, 12)}${END}${line}`;

/** How often each worker wrote a line with the same content. */
interface Alike {
  readonly counts: Map<number, number>;
  printed: number;
  at: number;
}

/** Joins the output of the workers: whole lines, and once what several of them write alike. */
export class WholeLines {
  readonly #write: (lines: string) => void;
  readonly #now: () => number;
  readonly #rests = new Map<number, string>();
  readonly #alike = new Map<string, Alike>();

  /** @param now a clock in ms */
  constructor(write: (lines: string) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
  }

  /** Takes the next text of a worker. */
  add(worker: number, text: string): void {
    const whole = (this.#rests.get(worker) ?? '') + text;
    const end = whole.lastIndexOf('\n') + 1;
    this.#rests.set(worker, whole.slice(end));
    if (end > 0) this.#print(worker, whole.slice(0, end));
  }

  /** The worker has ended. */
  end(worker: number): void {
    const rest = this.#rests.get(worker) ?? '';
    this.#rests.delete(worker);
    if (rest !== '') this.#print(worker, `${rest}\n`);
  }

  #print(worker: number, lines: string): void {
    const printed = lines.includes(BEGIN) ? this.#withoutRepeats(worker, lines) : lines;
    if (printed !== '') this.#write(printed);
  }

  #withoutRepeats(worker: number, lines: string): string {
    return lines
      .split(/(?<=\n)/)
      .map((line) => {
        if (!line.startsWith(BEGIN)) return line;
        const [digest = '', text = ''] = line.slice(1).split(END, 2);
        return this.#isNew(worker, digest) ? text : '';
      })
      .join('');
  }

  /** Whether no other worker wrote it so often. */
  #isNew(worker: number, digest: string): boolean {
    const now = this.#now();
    for (const [key, { at }] of this.#alike) if (now - at > ALIKE_MS) this.#alike.delete(key);
    const alike = this.#alike.get(digest) ?? { counts: new Map(), printed: 0, at: now };
    this.#alike.set(digest, alike);
    alike.at = now;
    const count = (alike.counts.get(worker) ?? 0) + 1;
    alike.counts.set(worker, count);
    if (count <= alike.printed) return false;
    alike.printed = count;
    return true;
  }
}
