import { expect } from 'chai';
import { generatePluginReference } from '../../scripts/generate-plugin-reference.js';
import { readPage } from './pages.js';

describe('docs/reference/plugin.md', () => {
  const page = readPage('reference/plugin.md');

  it('is generated from the code as it is: `npm run generate` writes it anew', () => {
    expect(page).to.equal(generatePluginReference());
  });

  it('says something of every name, beside its type', () => {
    expect([...page.matchAll(/^#### `(\w+)`\n\n```/gm)].map(([, name]) => name)).to.deep.equal([]);
  });

  it('links to what is there', () => {
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
