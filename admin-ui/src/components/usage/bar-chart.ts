import { css, html, LitElement, type PropertyValues, unsafeCSS } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { createRef, ref } from 'lit/directives/ref.js';
import '../../known-language.js';
import uPlot, { type AlignedData, type Options, type Series } from 'uplot';
import uPlotCss from 'uplot/dist/uPlot.min.css?inline';
import { onAppearance } from '../../data/browser/appearance.js';
import { shortNumber } from '../../data/format.js';
import { base } from '../../styles/base.js';

export interface Stack {
  readonly title: string;
  /** A CSS custom property, such as `--good`. */
  readonly colour: string;
  /** One value per bar. */
  readonly values: readonly number[];
}

const HEIGHT = 220;

/** Numbers per hour or day as stacked bars. It is an image, so the page also needs a table with the numbers. */
@customElement('bar-chart')
export class BarChart extends LitElement {
  static override styles = [
    base,
    unsafeCSS(uPlotCss),
    css`
      figure { display: grid; gap: var(--space-2); }
      figcaption { display: grid; }
      ul { display: flex; flex-wrap: wrap; gap: 0 var(--space-3); font-size: var(--text-s); color: var(--muted); }
      li { display: inline-flex; align-items: center; gap: 0.375rem; font-variant-numeric: tabular-nums; }
      i { width: 0.625rem; height: 0.625rem; border-radius: 0.125rem; flex: none; }
      .plot { height: 220px; min-width: 0; overflow: hidden; }
      .uplot { font-family: inherit; }
      .u-hz .u-cursor-x { border-right: 1px solid var(--muted); }
    `,
  ];
  @property() label = '';
  /** The name of each bar, such as `14:00`. */
  @property({ attribute: false }) names: readonly string[] = [];
  @property({ attribute: false }) stacks: readonly Stack[] = [];
  /** The bar under the pointer. */
  @property({ attribute: false }) private pointed: number | undefined;
  readonly #place = createRef<HTMLElement>();
  readonly #resized = new ResizeObserver(() => this.#fit());
  #stop: (() => void) | undefined;
  #plot: uPlot | undefined;
  /** What the chart was created for: other series or another theme need a new chart. */
  #drawn = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onAppearance(this.#repaint);
    if (this.#place.value !== undefined) this.#resized.observe(this.#place.value);
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#resized.disconnect();
    this.#forget();
  }

  override render() {
    const { pointed, stacks } = this;
    const name = pointed === undefined ? '' : (this.names[pointed] ?? '');
    return html`<figure aria-label=${this.label}>
      <figcaption>
        <h2>${this.label} <span class="muted small">${name}</span></h2>
        <ul>${stacks.map(({ title, colour, values }) => {
          const value = pointed === undefined ? sum(values) : (values[pointed] ?? 0);
          return html`<li><i .style=${`background: var(${colour})`}></i>${title} ${shortNumber(value)}</li>`;
        })}</ul>
      </figcaption>
      <div class="plot" aria-hidden="true" ${ref(this.#place)}></div>
    </figure>`;
  }

  override updated(changed: PropertyValues): void {
    const place = this.#place.value;
    if (place === undefined || !(changed.has('names') || changed.has('stacks') || this.#plot === undefined)) return;
    this.#resized.observe(place);
    const data = dataOf(this.stacks);
    const drawn = this.stacks.map(({ title }) => title).join();
    if (this.#plot !== undefined && this.#drawn === drawn) {
      this.#plot.setData(data);
      return;
    }
    this.#forget();
    this.#drawn = drawn;
    this.#plot = new uPlot(this.#options(place.clientWidth), data, place);
  }

  #options(width: number): Options {
    const font = `12px ${getComputedStyle(this).fontFamily}`;
    const line = { stroke: this.#colour('--line'), width: 1 };
    const axis = { stroke: this.#colour('--muted'), font, ticks: { show: false } };
    return {
      width: Math.max(width, 1),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: (_, from, to) => [from - 0.5, to + 0.5] },
        y: { range: (_, __, to) => [0, Math.max(to * 1.05, 4)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          splits: (plot) => marksOf(this.names.length, plot.width),
          values: (_, places) => places.map((place) => this.names[place] ?? ''),
        },
        { ...axis, grid: line, size: Y_AXIS_WIDTH, incrs: STEPS, values: (_, at) => at.map(shortNumber) },
      ],
      series: [{}, ...this.stacks.toReversed().map(({ colour }) => seriesOf(this.#colour(colour)))],
      hooks: { setCursor: [({ cursor }) => this.#point(cursor.idx ?? undefined)] },
    };
  }

  /** The computed colour of a custom property: a canvas supports neither these nor `light-dark()`. */
  #colour(name: string): string {
    const probe = document.createElement('i');
    probe.style.color = `var(${name})`;
    this.renderRoot.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }

  #point(index: number | undefined): void {
    this.pointed = index;
  }

  #fit(): void {
    const width = this.#place.value?.clientWidth ?? 0;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT });
  }

  #repaint = (): void => {
    this.#forget();
    this.requestUpdate();
  };

  #forget(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }
}

/** The space for the name of a bar, px. */
const NAME_WIDTH = 64;
/** Distances between two names: they divide a day's hours, and count weeks. */
const DISTANCES = [1, 2, 3, 4, 6, 7, 12, 14, 21, 28, 42];

/** The places of the bars that are named: as many as fit, the last one among them. */
const marksOf = (count: number, width: number): number[] => {
  const fits = Math.max(1, Math.floor((width - Y_AXIS_WIDTH) / NAME_WIDTH));
  const distance = DISTANCES.find((each) => count / each <= fits) ?? count;
  // Hours are named from midnight on, days back from today.
  const first = count <= HOURS ? 0 : (count - 1) % distance;
  return Array.from({ length: Math.floor((count - 1 - first) / distance) + 1 }, (_, index) => first + index * distance);
};

const Y_AXIS_WIDTH = 52;
/** A day has at most 25 hours. */
const HOURS = 25;
/** Counts are whole numbers. */
const STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** The lowest part is drawn last, in front of the others. */
const dataOf = (stacks: readonly Stack[]): AlignedData => {
  const heights: number[][] = [];
  for (const { values } of stacks) heights.push(values.map((value, index) => value + (heights.at(-1)?.[index] ?? 0)));
  return [(stacks[0]?.values ?? []).map((_, place) => place), ...heights.toReversed()];
};

const seriesOf = (colour: string): Series => ({
  stroke: colour,
  fill: colour,
  width: 0,
  ...(uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.7, 40] }) }),
  points: { show: false },
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
