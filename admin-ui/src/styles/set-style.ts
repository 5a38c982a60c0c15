import { nothing } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

class SetStyle extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('setStyle() stands in an element: <i ${setStyle({ … })}>.');
  }

  render(_: Readonly<Record<string, string>>): typeof nothing {
    return nothing;
  }

  override update({ element }: ElementPart, [properties]: [Readonly<Record<string, string>>]): typeof nothing {
    const { style } = element as HTMLElement;
    for (const [name, value] of Object.entries(properties)) {
      if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
    }
    return nothing;
  }
}

/**
 * Sets properties of an element's style, always the same ones: `<i ${setStyle({ width: '3%' })}>`. Lit's `styleMap` writes
 * the attribute the first time, which the policy of the page refuses.
 */
export const setStyle = directive(SetStyle);
