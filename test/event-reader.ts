import { get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { ChangesEvent, LiveEvent, StatusEvent } from '../src/contract/events.js';
import { until } from './until.js';

interface ReceivedEvent {
  readonly id: string;
  readonly name: string;
  readonly data: LiveEvent;
}

/** Follows a live feed on its own socket, as an EventSource does, but does not reconnect. */
export class EventReader {
  readonly events: ReceivedEvent[] = [];
  readonly comments: string[] = [];
  retry = '';
  /** Everything that was received, unparsed. */
  text = '';
  ended = false;
  readonly #response: IncomingMessage;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      this.text += part;
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    });
    response.on('error', () => {});
    response.once('close', () => {
      this.ended = true;
    });
  }

  /** Resolves when the head of the response has arrived. */
  static open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      get(url, { headers, agent: false }, (response) => resolve(new EventReader(response))).once('error', reject);
    });
  }

  get status(): number | undefined {
    return this.#response.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.#response.headers;
  }

  get statuses(): StatusEvent[] {
    return this.events.flatMap(({ data }) => (data.type === 'status' ? [data] : []));
  }

  get changes(): ChangesEvent[] {
    return this.events.flatMap(({ data }) => (data.type === 'changes' ? [data] : []));
  }

  /** The ids of all requests in the events so far. */
  get requests(): string[] {
    return this.changes.flatMap(({ requests }) => requests.map(({ id }) => id));
  }

  get lastId(): string {
    return this.events.at(-1)?.id ?? '';
  }

  /** Resolves with the first event, past or future, for which `wanted` holds. */
  async sees(wanted: (event: LiveEvent) => boolean): Promise<LiveEvent> {
    await until(() => this.events.some(({ data }) => wanted(data)));
    return (this.events.find(({ data }) => wanted(data)) as ReceivedEvent).data;
  }

  /** Stops reading until `resume`. */
  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  async leave(): Promise<void> {
    this.#response.destroy();
    await until(() => this.ended);
  }

  #take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 1).trim()]),
    );
    const comment = fields.get('');
    if (comment !== undefined) this.comments.push(comment);
    this.retry = fields.get('retry') ?? this.retry;
    const data = fields.get('data');
    if (data === undefined) return;
    this.events.push({
      id: fields.get('id') ?? '',
      name: fields.get('event') ?? '',
      data: JSON.parse(data) as LiveEvent,
    });
  }
}
