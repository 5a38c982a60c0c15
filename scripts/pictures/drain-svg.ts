import type { Recording } from './drain-record.js';

const WIDTH = 860;
const ROW = { top: 64, height: 76 };
/** For how many moments after an answer a target counts as answering, so that it does not flicker. */
const AFTERGLOW = 4;
const BAR = { left: 20, width: 820, height: 14 };

const STYLE = `
    .text { fill: #1f2328; }
    .soft { fill: #59636e; font-size: 13px; }
    .row { fill: #f6f8fa; stroke: #d0d7de; }
    .lit { fill: none; stroke: #2f9e5b; stroke-width: 2; }
    .track { fill: #d8dee4; }
    .bar { fill: #3b82c4; transform-box: fill-box; transform-origin: left; }
    .off { fill: #b5402f; font-size: 13px; }
    .on { fill: #217a43; font-size: 13px; }
    @media (prefers-color-scheme: dark) {
      .text { fill: #e6edf3; }
      .soft { fill: #9198a1; }
      .row { fill: #161b22; stroke: #30363d; }
      .lit { stroke: #46b572; }
      .track { fill: #30363d; }
      .bar { fill: #6cb0ee; }
      .off { fill: #e5857b; }
      .on { fill: #57c786; }
    }`;

const percent = (part: number): string => `${Number((part * 100).toFixed(2))}%`;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Keyframes over all moments. Moments that say the same as both neighbours are left out. */
const keyframes = (name: string, declarations: readonly string[]): string => {
  const kept = declarations.flatMap((text, index) =>
    index > 0 && text === declarations[index - 1] && text === declarations[index + 1]
      ? []
      : [`${percent(index / (declarations.length - 1))}{${text}}`],
  );
  return `@keyframes ${name}{${kept.join('')}}`;
};

/**
 * An animated SVG of a recording, for light and dark pages: a bar per target with what is left of its limit. A reader who
 * prefers reduced motion sees one moment of it, at which the first target is exhausted.
 */
export const drainPicture = ({ seconds, targets, sent, requests, answered, refused }: Recording): string => {
  const rules: string[] = [];
  const animated = (name: string, declarations: readonly string[], timing = 'linear'): string => {
    rules.push(keyframes(name, declarations));
    return `style="animation-name:${name};animation-timing-function:${timing}"`;
  };
  const opacity = (shown: readonly boolean[]): string[] => shown.map((yes) => `opacity:${yes ? 1 : 0}`);

  const rows = targets.map(({ name, limit, moments }, index) => {
    const y = ROW.top + index * ROW.height;
    const id = `t${index}`;
    const end = BAR.left + BAR.width - 16;
    const state = moments.map(({ exhausted }, at) =>
      exhausted
        ? 'off'
        : moments.slice(Math.max(0, at - AFTERGLOW), at + 1).some((moment) => moment.answered)
          ? 'on'
          : 'ready',
    );
    return [
      `<rect class="row" x="10" y="${y}" width="${WIDTH - 20}" height="${ROW.height - 12}" rx="8"/>`,
      `<rect class="lit" x="10" y="${y}" width="${WIDTH - 20}" height="${ROW.height - 12}" rx="8" ${animated(`${id}l`, opacity(state.map((s) => s === 'on')), 'step-end')}/>`,
      `<text class="text" x="${BAR.left + 6}" y="${y + 25}">${escaped(name)} <tspan class="soft" dx="8">${limit}</tspan></text>`,
      `<text class="off" x="${end}" y="${y + 25}" text-anchor="end" ${animated(`${id}x`, opacity(state.map((s) => s === 'off')), 'step-end')}>limit reached, skipped</text>`,
      `<text class="on" x="${end}" y="${y + 25}" text-anchor="end" ${animated(`${id}a`, opacity(state.map((s) => s === 'on')), 'step-end')}>answers</text>`,
      `<rect class="track" x="${BAR.left + 6}" y="${y + 38}" width="${BAR.width - 12}" height="${BAR.height}" rx="3"/>`,
      `<rect class="bar" x="${BAR.left + 6}" y="${y + 38}" width="${BAR.width - 12}" height="${BAR.height}" rx="3" ${animated(
        `${id}b`,
        moments.map(({ left }) => `transform:scaleX(${Number(left.toFixed(3))})`),
      )}/>`,
    ].join('\n  ');
  });

  const height = ROW.top + targets.length * ROW.height + 30;
  const most = Math.max(1, ...sent);
  const progress = animated(
    'sent',
    sent.map((count) => `transform:scaleX(${Number((count / most).toFixed(3))})`),
  );
  const summary = `${requests} requests in ${seconds} s: ${answered} answered, ${refused} refused by a provider`;
  const label = `A chain of three targets while requests come in: each target's limit drains, the next one answers, and the limits refill. ${summary}.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="ui-sans-serif, system-ui, sans-serif" font-size="15" role="img" aria-label="${label}">
  <style>${STYLE}
    [style*="animation-name"] { animation-duration: ${seconds}s; animation-iteration-count: infinite; }
    @media (prefers-reduced-motion: reduce) { [style*="animation-name"] { animation-play-state: paused; animation-delay: -5s; } }
    ${rules.join('\n    ')}
  </style>
  <text class="text" x="10" y="26" font-weight="600">One chain, three free accounts: what is left of each limit</text>
  <text class="soft" x="10" y="48">${summary}</text>
  ${rows.join('\n  ')}
  <rect class="track" x="10" y="${height - 16}" width="${WIDTH - 20}" height="4" rx="2"/>
  <rect class="bar" x="10" y="${height - 16}" width="${WIDTH - 20}" height="4" rx="2" ${progress}/>
</svg>
`;
};
