import type { StreamEvent } from '../../plugin/door/translate.js';
import { isFields } from '../../plugin/fields.js';
import type { Fields } from '../fields.js';

/** A block that has begun and is not over. */
export interface OpenBlock {
  /** As it is so far. */
  readonly block: Fields;
  /** The provider has signed it. */
  readonly isSigned: boolean;
}

/** Fields of a delta, which add to the same fields of a block. */
const TEXTS = ['text', 'thinking', 'signature'] as const;

/** Follows the events of a message that pass as they are, so that another answer can go on where they break off. */
export class PassedMessage {
  /** The provider's id of the message. */
  id: string | undefined;
  /** The blocks that are over. */
  readonly content: Fields[] = [];
  #block: Fields | undefined;
  /** `stopped`: only the last event is missing. */
  phase: 'waiting' | 'begun' | 'stopped' | 'over' = 'waiting';

  get open(): OpenBlock | undefined {
    const block = this.#block;
    return block && { block, isSigned: typeof block.signature === 'string' && block.signature !== '' };
  }

  take({ data }: StreamEvent): void {
    if (!isFields(data)) return;
    switch (data.type) {
      case 'message_start': {
        const { message } = data;
        this.phase = 'begun';
        if (isFields(message) && typeof message.id === 'string') this.id = message.id;
        return;
      }
      case 'content_block_start':
        this.#block = isFields(data.content_block) ? data.content_block : {};
        return;
      case 'content_block_delta':
        if (this.#block !== undefined && isFields(data.delta)) this.#block = grown(this.#block, data.delta);
        return;
      case 'content_block_stop':
        if (this.#block !== undefined) this.content.push(this.#block);
        this.#block = undefined;
        return;
      case 'message_delta':
        if (isFields(data.delta) && typeof data.delta.stop_reason === 'string') this.phase = 'stopped';
        return;
      case 'message_stop':
        this.phase = 'over';
        return;
      default:
        return;
    }
  }
}

const grown = (block: Fields, delta: Fields): Fields => {
  const name = TEXTS.find((each) => typeof delta[each] === 'string');
  return name === undefined ? block : { ...block, [name]: `${block[name] ?? ''}${delta[name]}` };
};
