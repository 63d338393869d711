/** Parameters that a run leaves as they are, named by patterns (`freeze`). */
import { ConfigError } from "../../base/errors.ts";
import { nearestName } from "../../base/nearest-name.ts";
import type { Parameter } from "../../layers/parameters.ts";

/** Whether a name matches one of the patterns, in which `*` stands for any characters. */
export function frozenBy(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(expressionOf);
  return (name) => expressions.some((expression) => expression.test(name));
}

/**
 * A sentence about what is frozen; undefined where nothing is. Throws ConfigError for a pattern that no parameter's name matches, and where
 * nothing would be left to train.
 */
export function checkFrozen(patterns: readonly string[], parameters: readonly Parameter[]): string | undefined {
  if (patterns.length === 0) return undefined;
  const names = parameters.map(({ name }) => name);
  for (const pattern of patterns) {
    if (names.some((name) => expressionOf(pattern).test(name))) continue;
    const near = nearestName(pattern, names);
    throw freezeError(
      `no parameter is called ${pattern}`,
      near === undefined ? someOf(names) : `Did you mean ${near}?`,
    );
  }
  const frozen = parameters.filter(({ variable }) => !variable.trainable);
  if (frozen.length === parameters.length) {
    throw freezeError("every parameter is frozen, so that there is nothing to train", "Give fewer patterns.");
  }
  const [some, all] = [frozen, parameters].map((list) => list.reduce((sum, { variable }) => sum + variable.size, 0));
  const share = ((100 * some!) / all!).toFixed(1);
  return `${frozen.length} of ${parameters.length} parameters are frozen, ${share} % of all numbers`;
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function someOf(names: readonly string[]): string {
  return `Names are ${names.slice(0, 3).join(", ")}, …; write * for any characters.`;
}

function freezeError(message: string, nextStep: string): ConfigError {
  return new ConfigError(`freeze: ${message}`, { where: "section base, freeze", nextStep });
}
