/** Elements of the page, found and made. Nothing is ever made of text as markup. */

/** The element of this id. Throws an Error where the page has none of this kind. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string, kind?: abstract new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found === null || (kind !== undefined && !(found instanceof kind))) throw new Error(`the page has no ${id}`);
  return found as Kind;
}

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A new element. Attributes that are true are there without a value; those that are false or undefined are not. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/** Options of a choice, as [value, text]; the chosen one is `value`, where it is among them. */
export function fillSelect(
  select: HTMLSelectElement,
  options: readonly (readonly [string, string])[],
  value: string,
): void {
  select.replaceChildren(...options.map(([each, text]) => make("option", { value: each }, text)));
  select.value = value;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}
