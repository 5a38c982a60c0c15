import { curl, python, typescript } from './snippets.js';

/** Code for a program, with the key in it. */
export interface Snippet {
  readonly title: string;
  readonly text: string;
}

/** Code for a terminal and the SDKs. `address` is, for example, `http://127.0.0.1:3429`. */
export const firstLines = (address: string, chain: string, key: string): readonly Snippet[] => {
  const asked = { address, key, body: { model: chain, messages: [{ role: 'user', content: 'Hello' }] } };
  return [
    { title: 'curl', text: curl(asked) },
    { title: 'Python', text: python(asked) },
    { title: 'TypeScript', text: typescript(asked) },
  ];
};
