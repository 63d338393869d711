/** Source of truth: the characters that HTML gives a meaning in text and in quoted attributes. */
import { expect, it } from "vitest";
import { escapeMarkup, markup } from "../../src/report/markup.ts";

const nasty = `</script><img src=x onerror="alert('&')">`;

it("every value is escaped, in text and in attributes, also inside lists", () => {
  const { text } = markup`<p title="${nasty}">${[nasty, markup`<b>${nasty}</b>`]}</p>`;
  const escaped = "&#60;/script&#62;&#60;img src=x onerror=&#34;alert(&#39;&#38;&#39;)&#34;&#62;";
  expect(escapeMarkup(nasty)).toBe(escaped);
  expect(text).toBe(`<p title="${escaped}">${escaped}<b>${escaped}</b></p>`);
});

it("numbers are text, absent values are nothing", () => {
  expect(markup`${0}${undefined}${false}${[1, [2, "x"]]}`.text).toBe("012x");
});
