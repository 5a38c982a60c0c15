import { numberText } from '../bench/report/words.js';
import type { Result } from '../bench/result.js';
import { SIDE_BY_SIDE } from './performance.js';

const BARS = [
  { relay: 'node-floor', label: 'Node relay', style: 'floor' },
  { relay: 'koa-floor', label: 'Koa relay', style: 'floor' },
  { relay: 'koa-lean', label: 'lean relay', style: 'lean' },
  { relay: '429chain', label: '429chain', style: 'chain' },
] as const;

const COLUMNS = 2;
const GROUP = { width: 420, height: 132 };
const MARGIN = 12;
/** Where bars begin, and how long the longest is. */
const BAR = { left: 90, longest: 240, height: 17, step: 23 };
const HEADING = 24;

const STYLE = `
    .text { fill: #1f2328; }
    .soft { fill: #59636e; font-size: 13px; }
    .floor { fill: #c3c9d0; }
    .lean { fill: #8b949e; }
    .chain { fill: #3b82c4; }
    @media (prefers-color-scheme: dark) {
      .text { fill: #e6edf3; }
      .soft { fill: #9198a1; }
      .floor { fill: #3d444d; }
      .lean { fill: #6e7681; }
      .chain { fill: #6cb0ee; }
    }
  `;

const barOf = (label: string, style: string, value: number, most: number, y: number): string => {
  const width = Math.max(1, (value / most) * BAR.longest);
  const middle = y + BAR.height / 2 + 5;
  return [
    `<text class="soft" x="${BAR.left - 8}" y="${middle}" text-anchor="end">${label}</text>`,
    `<rect class="${style}" x="${BAR.left}" y="${y}" width="${width.toFixed(1)}" height="${BAR.height}" rx="2"/>`,
    `<text class="text" x="${(BAR.left + width + 7).toFixed(1)}" y="${middle}" font-size="13">${numberText(value)}</text>`,
  ].join('\n    ');
};

/** Bars of the relays and 429chain for each figure that all of them have, readable on light and dark pages. */
export const performancePicture = ({ figures }: Result): string => {
  const groups = SIDE_BY_SIDE.flatMap(({ phase, figure, what }) => {
    const values = BARS.flatMap(({ relay, label, style }) => {
      const value = figures[phase]?.[relay]?.[figure];
      return value === undefined ? [] : [{ label, style, value }];
    });
    return values.length < 2 ? [] : [{ what, values }];
  });
  const drawn = groups.map(({ what, values }, index) => {
    const x = MARGIN + (index % COLUMNS) * GROUP.width;
    const y = MARGIN + Math.floor(index / COLUMNS) * GROUP.height;
    const most = Math.max(...values.map(({ value }) => value));
    const bars = values.map(({ label, style, value }, row) =>
      barOf(label, style, value, most, HEADING + row * BAR.step),
    );
    const heading = `<text class="text" x="0" y="14" font-weight="600">${what}</text>`;
    return `  <g transform="translate(${x} ${y})">\n    ${[heading, ...bars].join('\n    ')}\n  </g>`;
  });
  const [width, height] = [COLUMNS * GROUP.width + MARGIN, Math.ceil(groups.length / COLUMNS) * GROUP.height + MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="15" role="img" aria-label="429chain beside relays without logic. docs/performance.md has the same figures as a table.">
  <style>${STYLE}</style>
${drawn.join('\n')}
</svg>
`;
};
