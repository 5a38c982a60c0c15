/**
 * The signature of thinking in our answers. Clients send it back with the thinking. Anthropic's proves where a text comes
 * from, which 429chain cannot.
 */
export const SIGNATURE = '429chain';
