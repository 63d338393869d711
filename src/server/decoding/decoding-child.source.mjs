// Starts the decoding process from TypeScript source, in a Node that does not read it by itself. Not part of the build.
import { register } from "tsx/esm/api";

register();
await import("./decoding-child.ts");
