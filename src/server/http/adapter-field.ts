/** The parameter that chooses an adapter, the same in all interfaces. */
import { z } from "@hono/zod-openapi";

/** An empty one of a form is none. */
export const adapterField = z
  .string({ error: "no name" })
  .nullish()
  .transform((name) => name || undefined)
  .openapi({ description: "Name of an adapter of the pair's model; without, the model as it is" });
