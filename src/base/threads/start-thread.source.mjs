// Starts a thread's module from TypeScript source, in a Node that does not read it by itself. Not part of the build.
import { workerData } from "node:worker_threads";
import { register } from "tsx/esm/api";

register();
await import(workerData.thread);
