// SPDX-License-Identifier: EUPL-1.2
// Builds elements without markup in strings: text stays text, and the content security policy has nothing to forbid.

type Child = Node | string;

function fill<E extends Element>(element: E, attributes: Record<string, string>, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) if (value !== '') element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** An HTML element; attributes with an empty value are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element; numbers are rounded to a tenth of a pixel. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number> = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const written = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'number' ? String(Math.round(value * 10) / 10) : value]),
  );
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), written, children);
}

/** The element with this id. The page's own HTML has it: not finding it is a fault of ours. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no element #${id}`);
  return element;
}
