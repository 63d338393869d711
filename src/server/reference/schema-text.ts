/** Schemas of JSON (OpenAPI 3.1) as types that people read: `string | string[]`, `"text" | "html"`. */

/** What an OpenAPI document says of a value. */
export interface Schema {
  type?: string | readonly string[];
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  format?: string;
  description?: string;
  default?: unknown;
  example?: unknown;
}

/** `indent`: white space before the lines of an object's fields. */
export function schemaText(schema: Schema, indent = ""): string {
  const { type, anyOf, items, properties, additionalProperties, format } = schema;
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (anyOf !== undefined) return [...new Set(anyOf.map((each) => schemaText(each, indent)))].join(" | ");
  if (Array.isArray(type)) return type.map((each) => schemaText({ ...schema, type: each }, indent)).join(" | ");
  if (type === "array") return listText(schemaText(items ?? {}, indent));
  if (properties !== undefined) return objectText(schema, indent);
  if (type === "object" && typeof additionalProperties === "object") {
    return `{ [name]: ${schemaText(additionalProperties, indent)} }`;
  }
  if (format === "binary") return "file";
  return typeof type === "string" ? type : "any";
}

function listText(item: string): string {
  return / \| /.test(item) && !item.startsWith("{") ? `(${item})[]` : `${item}[]`;
}

function objectText({ properties = {}, required = [] }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, field]) => {
    const optional = required.includes(name) ? "" : "?";
    return `${inner}${name}${optional}: ${schemaText(field, inner)}\n`;
  });
  return `{\n${fields.join("")}${indent}}`;
}
