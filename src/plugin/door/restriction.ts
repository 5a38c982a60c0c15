/**
 * Fields of the request body with which a provider keeps a promise of a chain, such as `max_price` at OpenRouter. They are
 * sent only while the chain has the rule.
 */
export interface Restriction {
  /**
   * Fields to send, merged with those of the caller: objects field by field, and of two numbers the smaller one counts. Any
   * other value replaces the caller's.
   */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Fields of the caller that could break the promise, such as plug-ins that cost money. They are left out. */
  readonly drop?: readonly string[];
}
