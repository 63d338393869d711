/** What several ranks cannot train. */
import { ConfigError } from "../../base/errors.ts";
import type { Config } from "../../config/config.ts";
import type { Communicator } from "../../parallel/communicator.ts";

/** Throws ConfigError. */
export function requireParallel(config: Config, { size }: Communicator): void {
  if (size === 1) return;
  if (config.adapter !== undefined) {
    throw new ConfigError("an adapter is trained by one process", {
      where: "adapter",
      nextStep: `Start one process instead of ${size}; an adapter has few numbers.`,
    });
  }
  const sizes = [config.numExperts, ...Object.values(config.numExpertsByLayer ?? {})].filter((count) => count > 1);
  const fewest = Math.min(...sizes);
  if (!config.expertParallel || sizes.length === 0 || fewest >= size) return;
  throw new ConfigError(`${fewest} experts cannot be divided among ${size} ranks`, {
    where: "num_experts",
    nextStep: "Set expert_parallel: false, so that every rank has all experts, or start fewer ranks.",
  });
}
