/** The OpenAPI document as a page: everything in it, nothing to fetch, and no script. */
import { Markup, markup } from "../../report/markup.ts";
import { type Schema, schemaText } from "./schema-text.ts";

interface Content {
  schema?: Schema;
}

interface Operation {
  summary?: string;
  parameters?: readonly { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Readonly<Record<string, Content>> };
  responses: Readonly<Record<string, { description: string; content?: Readonly<Record<string, Content>> }>>;
}

/** What the page needs of an OpenAPI document. */
export interface ApiDocument {
  info: { title: string; version: string };
  paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface Parameter {
  name: string;
  isRequired: boolean;
  schema: Schema;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
code, pre { font: 0.9em/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; border-radius: 4px; }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
.scroll { overflow-x: auto; }
nav ul { columns: 16rem; padding-left: 1.2rem; }
`;

/** A page in English, as HTML. */
export function referencePage({ info, paths = {} }: ApiDocument): string {
  const entries = Object.entries(paths);
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interfaces of ${info.title}</title>
${style()}
</head>
<body>
<header>
<h1>Interfaces of ${info.title}</h1>
<p>Version ${info.version}. The same for programs: <a href="openapi.json">openapi.json</a>.</p>
</header>
<nav aria-label="Paths">
<ul>
${entries.map(([path]) => markup`<li><a href="#${anchorOf(path)}"><code>${path}</code></a></li>\n`)}</ul>
</nav>
<main>
${entries.map(([path, operations]) => section(path, operations as Readonly<Record<string, Operation>>))}</main>
</body>
</html>
`.text;
}

function style(): Markup {
  return markup`<style>${new Markup(STYLE)}</style>`;
}

function section(path: string, operations: Readonly<Record<string, Operation>>): Markup {
  const methods = Object.keys(operations).map((method) => method.toUpperCase());
  const operation = operations["post"] ?? Object.values(operations)[0]!;
  const types = Object.keys(operation.requestBody?.content ?? {});
  return markup`<section aria-labelledby="${anchorOf(path)}">
<h2 id="${anchorOf(path)}"><code>${methods.join(", ")} ${path}</code></h2>
<p>${operation.summary}.</p>
${types.length > 0 && markup`<p>The body is ${types.map(nameOfType).join(" or ")}.</p>\n`}${parameters(path, parametersOf(operation))}${answer(operation)}</section>
`;
}

function parameters(path: string, list: readonly Parameter[]): Markup | false {
  if (list.length === 0) return false;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="Parameters of ${path}">
<table>
<caption>Parameters</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Needed</th><th scope="col">What</th></tr></thead>
<tbody>
${list.map(({ name, isRequired, schema }) => {
  const { description, default: fallback, example } = schema;
  const notes = [
    description?.replace(/\.?$/, "."),
    fallback !== undefined && `Default ${JSON.stringify(fallback)}.`,
    example !== undefined && `For example ${JSON.stringify(example)}.`,
  ].filter((note) => typeof note === "string");
  return markup`<tr><th scope="row"><code>${name}</code></th><td><code>${schemaText(schema)}</code></td><td>${isRequired ? "yes" : "no"}</td><td>${notes.join(" ")}</td></tr>\n`;
})}</tbody>
</table>
</div>
`;
}

function answer({ responses }: Operation): Markup | false {
  const schema = Object.values(responses["200"]?.content ?? {})[0]?.schema;
  const refusal = Object.values(responses["default"]?.content ?? {})[0]?.schema;
  return (
    schema !== undefined &&
    markup`<h3>Answer</h3>
<pre tabindex="0"><code>${schemaText(schema)}</code></pre>
${refusal && markup`<p>Refusals (4xx and 5xx): <code>${schemaText(refusal).replace(/\s+/g, " ")}</code></p>\n`}`
  );
}

function parametersOf({ parameters = [], requestBody }: Operation): Parameter[] {
  const given = parameters.map(({ name, required = false, schema }) => ({ name, isRequired: required, schema }));
  const { properties = {}, required = [] } = Object.values(requestBody?.content ?? {})[0]?.schema ?? {};
  const fields = Object.entries(properties).map(([name, schema]) => {
    return { name, isRequired: required.includes(name), schema };
  });
  return [...given, ...fields];
}

function nameOfType(type: string): string {
  const names: Readonly<Record<string, string>> = {
    "application/json": "JSON",
    "application/x-www-form-urlencoded": "a form",
    "multipart/form-data": "a form of parts (multipart/form-data)",
  };
  return names[type] ?? type;
}

function anchorOf(path: string): string {
  return path.replace(/[^\w]+/g, "-").replace(/^-|-$/g, "");
}
