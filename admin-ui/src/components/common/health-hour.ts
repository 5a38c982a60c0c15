import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { HealthHour, HealthStep } from '../../../../src/contract/health.js';
import { hourText, stepsOf } from '../../data/providers/health.js';
import { base } from '../../styles/base.js';

/** The attempts of the last hour as a small bar chart: answered, limited and failed ones, in steps of five minutes. */
@customElement('health-hour')
export class HealthHourBars extends LitElement {
  static override styles = [
    base,
    css`
      :host { display: inline-block; width: 4.5rem; }
      div { display: grid; grid-template-columns: repeat(12, 1fr); gap: 1px; height: 1.125rem; align-items: end; }
      span { display: grid; align-content: end; height: 100%; background: var(--sunken); border-radius: 1px; overflow: hidden; }
      i { display: block; background: var(--good); }
      i.limited { background: var(--warn); }
      i.failed { background: var(--bad); }
    `,
  ];
  @property({ attribute: false }) hour: HealthHour | undefined;

  override render() {
    const hour = this.hour ?? { served: 0, failed: 0, limited: 0, steps: [] };
    const steps = stepsOf(hour, Date.now());
    const most = Math.max(1, ...steps.map((step) => (step === undefined ? 0 : totalOf(step))));
    const text = `Last hour: ${hourText(hour)}`;
    return html`<div role="img" aria-label=${text} title=${text}>${steps.map((step) => html`<span>${step === undefined ? '' : bars(step, most)}</span>`)}</div>`;
  }
}

const totalOf = ({ served, failed, limited }: HealthStep): number => served + failed + limited;

/** Few attempts are visible too, and a failure beside many answers. */
const bars = (step: HealthStep, most: number) =>
  (['failed', 'limited', 'served'] as const)
    .filter((kind) => step[kind] > 0)
    .map((kind) => html`<i class=${kind} .style=${`height: max(2px, ${(step[kind] / most) * 1.125}rem)`}></i>`);

declare global {
  interface HTMLElementTagNameMap {
    'health-hour': HealthHourBars;
  }
}
