import { curl, python, typescript } from './snippets.js';

/** What a newcomer pastes elsewhere: a title and the text, which has the key in it. */
export interface Snippet {
  readonly title: string;
  readonly text: string;
}

/** How to reach this proxy from a terminal and by the SDKs. `address` is such as `http://127.0.0.1:3429`. */
export const firstLines = (address: string, chain: string, key: string): readonly Snippet[] => {
  const asked = { address, key, body: { model: chain, messages: [{ role: 'user', content: 'Hello' }] } };
  return [
    { title: 'curl', text: curl(asked) },
    { title: 'Python', text: python(asked) },
    { title: 'TypeScript', text: typescript(asked) },
  ];
};
