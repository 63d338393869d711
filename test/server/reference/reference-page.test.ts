/** Source of truth: the OpenAPI document, whose paths and parameters are all to be there; HTML as parse5 reads it. */
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse } from "parse5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { referencePage } from "../../../src/server/reference/reference-page.ts";
import { type Schema, schemaText } from "../../../src/server/reference/schema-text.ts";
import type { RunningServer } from "../../../src/server/start-server.ts";
import { startToyServer, writePairModels } from "../toy-models.ts";

type Element = DefaultTreeAdapterTypes.Element;

function elementsOf(node: DefaultTreeAdapterTypes.ParentNode): Element[] {
  return node.childNodes.flatMap((child) =>
    defaultTreeAdapter.isElementNode(child) ? [child, ...elementsOf(child)] : [],
  );
}
const attribute = (element: Element, name: string) => element.attrs.find((each) => each.name === name)?.value;
const named = (elements: readonly Element[], name: string) => elements.filter(({ tagName }) => tagName === name);

describe("/docs", () => {
  let server: RunningServer;
  let html: string;
  let response: Response;
  let api: { paths: Record<string, Record<string, { parameters?: { name: string }[] }>> };
  let elements: Element[];

  beforeAll(async () => {
    server = await startToyServer(await writePairModels(["en-de"]));
    response = await fetch(`${server.url}/docs`);
    html = await response.text();
    api = (await (await fetch(`${server.url}/openapi.json`)).json()) as typeof api;
    elements = elementsOf(parse(html, { onParseError: (error) => expect(error).toBeUndefined() }));
  });
  afterAll(() => server.stop());

  test("has every path with its methods and parameters", () => {
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    for (const [path, operations] of Object.entries(api.paths)) {
      const methods = Object.keys(operations).map((method) => method.toUpperCase());
      expect(html).toContain(`<code>${methods.join(", ")} ${path}</code>`);
      for (const { name } of operations["post"]?.parameters ?? operations["get"]?.parameters ?? []) {
        expect(html).toContain(`<code>${name}</code>`);
      }
    }
    expect(html).toContain("<code>target_lang</code>");
  });

  test("fetches nothing and runs nothing", () => {
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'unsafe-inline';/);
    expect(html).not.toMatch(/<script|<img|<link|@import|url\(|src=|https?:/);
  });

  test("can be read by ear and used without a mouse: language, landmarks, headings, tables, links that lead somewhere", () => {
    expect(attribute(named(elements, "html")[0]!, "lang")).toBe("en");
    for (const landmark of ["header", "nav", "main"]) expect(named(elements, landmark)).toHaveLength(1);
    const levels = elements.flatMap(({ tagName }) => (/^h\d$/.test(tagName) ? [Number(tagName[1])] : []));
    expect(levels[0]).toBe(1);
    levels.slice(1).forEach((level, i) => {
      expect(level).toBeLessThanOrEqual(levels[i]! + 1);
    });
    for (const table of named(elements, "table")) {
      expect(elementsOf(table)[0]!.tagName).toBe("caption");
      for (const head of named(elementsOf(table), "th")) expect(attribute(head, "scope")).toMatch(/^(?:col|row)$/);
    }
    const ids = elements.map((element) => attribute(element, "id")).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
    for (const link of named(elements, "a")) {
      const target = attribute(link, "href")!;
      expect([...ids.map((id) => `#${id}`), "openapi.json"]).toContain(target);
    }
    for (const element of elements) {
      if (attribute(element, "role") === "region") expect(attribute(element, "aria-label")).toBeTruthy();
    }
  });
});

test("what a schema says is no markup", () => {
  const schema = { type: "string", description: "<b>&", default: "<i>" };
  const page = referencePage({
    info: { title: "<t>", version: "1" },
    paths: { "/<x>": { get: { parameters: [{ name: "<n>", in: "query", schema }], responses: {} } } },
  });
  expect(page).not.toMatch(/<(?:b|i|t|x|n)>/);
});

test.each<[Schema, string]>([
  [{ type: "string" }, "string"],
  [{ type: ["string", "null"] }, "string | null"],
  [{ enum: ["a", 1, null] }, '"a" | 1 | null'],
  [{ anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] }, "string | string[]"],
  [{ type: "array", items: { type: ["string", "null"] } }, "(string | null)[]"],
  [{ type: "array" }, "any[]"],
  [{ type: "string", format: "binary" }, "file"],
  [{ type: "object", additionalProperties: { type: "number" } }, "{ [name]: number }"],
  [
    { type: "object", properties: { a: { type: "object", properties: { b: {} }, required: ["b"] } } },
    "{\n  a?: {\n    b: any\n  }\n}",
  ],
])("%j is read as %s", (schema, text) => {
  expect(schemaText(schema)).toBe(text);
});
