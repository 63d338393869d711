/** The argument names of the addon's functions as TypeScript declares them: read from the interfaces in kernels/*.ts that `NativeAddon` extends. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseAst } from "vitest/node";

const folder = resolve(import.meta.dirname, "../../src/backends/native/kernels");

/** What is read of a syntax tree's nodes. */
interface Node {
  type: string;
  id?: { name: string };
  name?: string;
  key?: { name: string };
  label?: { name: string };
  typeName?: { name: string };
  declaration?: Node | null;
  typeAnnotation?: Node;
  body?: { body: Node[] };
  params?: Node[];
  elementTypes?: Node[];
}

/** Names of a tuple's elements, those of the tuples it spreads included. */
function tupleNames(type: Node, tuples: ReadonlyMap<string, Node>): string[] {
  if (type.type === "TSTypeReference") return tupleNames(tuples.get(type.typeName!.name)!, tuples);
  return type.elementTypes!.flatMap((element) =>
    element.type === "TSRestType" ? tupleNames(element.typeAnnotation!, tuples) : [element.label!.name],
  );
}

function argumentNames(method: Node, tuples: ReadonlyMap<string, Node>): string[] {
  return method.params!.flatMap((parameter) =>
    parameter.type === "RestElement"
      ? tupleNames(parameter.typeAnnotation!.typeAnnotation!, tuples)
      : [parameter.name!],
  );
}

/** By function, in the order of its call. */
export function declaredArguments(): Record<string, string[]> {
  const declared: Record<string, string[]> = {};
  for (const file of readdirSync(folder)) {
    const program = parseAst(readFileSync(join(folder, file), "utf8"), { lang: "ts" });
    const nodes = (program.body as unknown as Node[]).map((node) => node.declaration ?? node);
    const aliases = nodes.filter(({ type }) => type === "TSTypeAliasDeclaration");
    const tuples = new Map(aliases.map(({ id, typeAnnotation }) => [id!.name, typeAnnotation!]));
    for (const { type, id, body } of nodes) {
      if (type !== "TSInterfaceDeclaration" || !/(Kernels|Functions)$/.test(id!.name)) continue;
      for (const method of body!.body) declared[method.key!.name] = argumentNames(method, tuples);
    }
  }
  return declared;
}
