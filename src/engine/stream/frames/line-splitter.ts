/** Cuts a byte stream after its last whole line. */
export class LineSplitter {
  /** The beginning of a line that is not whole yet. */
  #parts: Buffer[] = [];
  #partBytes = 0;

  /** Returns all lines that are whole by now, or `undefined` when there is none. */
  push(chunk: Buffer): Buffer | undefined {
    const end = chunk.lastIndexOf('\n') + 1;
    if (end === 0) {
      this.#parts.push(chunk);
      this.#partBytes += chunk.length;
      return undefined;
    }
    const lines = Buffer.concat([...this.#parts, chunk.subarray(0, end)]);
    this.#parts = [chunk.subarray(end)];
    this.#partBytes = chunk.length - end;
    return lines;
  }

  /** Bytes of the line that is not whole yet. */
  get heldBytes(): number {
    return this.#partBytes;
  }

  /** Some line is not whole yet. */
  get holdsData(): boolean {
    return this.#partBytes > 0;
  }

  rest(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
