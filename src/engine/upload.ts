/** A form with files that a caller has sent. It is kept until the request is over, so that every target can be asked. */
export interface Upload {
  readonly parts: readonly UploadPart[];
  /** Reads a part of the bytes that arrived, `end` excluded. */
  read(start: number, end: number): AsyncIterable<Buffer>;
}

export interface UploadPart {
  readonly name: string;
  /** The header lines as they came, each with its line end. */
  readonly headers: Buffer;
  /** Where its content stands in the bytes that arrived. */
  readonly start: number;
  readonly end: number;
}
