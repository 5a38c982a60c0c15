import { expect } from 'chai';
import { generatePluginReference } from '../../scripts/generate-plugin-reference.js';
import { readPage } from './pages.js';

describe('docs/reference/plugin.md', () => {
  const page = readPage('reference/plugin.md');

  it('matches the code: `npm run generate` writes it', () => {
    expect(page).to.equal(generatePluginReference());
  });

  it('describes every name', () => {
    expect([...page.matchAll(/^#### `(\w+)`\n\n```/gm)].map(([, name]) => name)).to.deep.equal([]);
  });

  it('has links that resolve', () => {
    const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(new Set(anchors).size, 'no two headings have one anchor').to.equal(anchors.length);
    expect(anchors).to.include.members([...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor));
  });
});
