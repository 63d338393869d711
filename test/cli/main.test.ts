/** Source of truth: the command line's rules: hyphens as underscores, nearest names, exit 0 only on success, errors without a stack. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { type AnyCommand, commands } from "../../src/cli/command-table.ts";
import { main } from "../../src/cli/main.ts";
import { configOptions, configOverrides } from "../../src/cli/options.ts";
import { commandHelp, runCommand } from "../../src/cli/run-command.ts";
import { configKeys } from "../../src/config/schema.ts";

const root = resolve(import.meta.dirname, "../..");
let out = "";
let err = "";
beforeEach(() => {
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("nmt", () => {
  it("prints its version and its commands", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    expect(await main(["--version"])).toBe(0);
    expect(out).toBe(`${version}\n`);
    out = "";
    expect(await main(["--help"])).toBe(0);
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`nmt ${name} +${summary}`));
    expect(err).toBe("");
  });

  it("suggests the nearest command, and exits with 2 for wrong use", async () => {
    expect(await main(["averag"])).toBe(2);
    expect(err).toBe("error: unknown command: averag\n  next: Did you mean nmt average?\n");
    expect(await main([])).toBe(2);
    expect(await main(["--model", "x"])).toBe(2);
    expect(err).toContain("the command comes first");
  });

  it("shows an error without a stack, and with it when NMT_DEBUG is 1", async () => {
    const argv = ["average", "--model", join(root, "nowhere"), "--output", join(root, "nowhere-else")];
    expect(await main(argv)).toBe(1);
    expect(err).toMatch(/^error: no usable model: there is no such directory\n {2}at: .*\n {2}next: .*\n$/);
    vi.stubEnv("NMT_DEBUG", "1");
    await main(argv);
    expect(err).toContain("\n    at ");
  });

  it("has one module for each command, which says what the overview says", async () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
    for (const { name, summary, load } of commands) {
      const command = await load();
      expect(String(command.command).split(" ")[0]).toBe(name.split(" ").at(-1));
      expect(command.describe, name).toBe(summary);
      const help = await commandHelp(command, name, 110);
      const options = help.match(/--[A-Za-z][\w-]*/g) ?? [];
      expect(options.filter((option) => option.slice(2).includes("-"))).toEqual([]);
    }
  });
});

describe("runCommand", () => {
  let received: Record<string, unknown> | undefined;
  const command: AnyCommand = {
    command: "toy [name]",
    describe: "A command for this test",
    builder: {
      beam_size: { type: "number" },
      metric: { alias: "m", array: true, type: "string" },
      replace_unk: { type: "boolean", default: true },
    },
    handler: (args: never) => {
      received = args;
    },
  };
  const run = (...argv: string[]) => runCommand(command, ["toy", ...argv]);
  beforeEach(() => {
    received = undefined;
  });

  it("takes underscores and hyphens, with = or a space", async () => {
    for (const argv of [["--beam_size", "4"], ["--beam-size", "4"], ["--beam-size=4"], ["--beam_size=4"]]) {
      await run(...argv);
      expect(received).toMatchObject({ beam_size: 4 });
    }
    await run("-m", "bleu", "chrf", "--no-replace-unk");
    expect(received).toMatchObject({ metric: ["bleu", "chrf"], replace_unk: false });
    await run("wmt14");
    expect(received).toMatchObject({ name: "wmt14" });
  });

  it.each([
    [["--beam-siz", "4"], "unknown option --beam_siz for nmt toy", "Did you mean --beam_size?"],
    [["a", "b"], "unexpected argument: b", "See nmt toy --help."],
    [["--beam_size", "four"], "--beam_size takes a number", "See nmt toy --help."],
    [["--data.a.weight", "4"], "unknown option --data.a.weight for nmt toy", "See nmt toy --help."],
  ])("refuses %j", async (argv, message, nextStep) => {
    await expect(run(...argv)).rejects.toMatchObject({
      message,
      nextStep: expect.stringContaining(nextStep) as string,
    });
    expect(received).toBeUndefined();
  });

  it("passes on what the command throws", async () => {
    const failing: AnyCommand = { ...command, handler: () => Promise.reject(new ConfigError("no")) };
    await expect(runCommand(failing, ["toy"])).rejects.toThrow(ConfigError);
  });
});

describe("configuration options", () => {
  let overrides: unknown;
  const command: AnyCommand = {
    command: "train",
    describe: "A command with configuration keys",
    builder: { config: { type: "string", demandOption: true }, ...configOptions() },
    handler: (args: never) => {
      overrides = configOverrides(args);
    },
  };
  const run = async (...argv: string[]) => {
    await runCommand(command, ["train", "--config", "f.yaml", ...argv]);
    return overrides;
  };

  it("become overrides of just the keys that were given", async () => {
    expect(await run()).toEqual({});
    const given = ["--learning-rate", "1e-3", "--share_embeddings", "--no-drop-duplicates", "--target_tags=true"];
    const more = ["--moe_encoder_after", "1", "--moe_encoder_after", "2", "--data.en-de.path_src", "x"];
    expect(await run(...given, ...more)).toEqual({
      learning_rate: 0.001,
      share_embeddings: true,
      drop_duplicates: false,
      target_tags: "true",
      moe_encoder_after: "1 2",
      "data.en-de.path_src": "x",
    });
  });

  it("take the items of a list as one word or several", async () => {
    const items = ["@num@ @unit@"];
    for (const words of [items, ["@num@", "@unit@"]]) {
      expect(await run("--user_defined_symbols", ...words)).toEqual({ user_defined_symbols: "@num@ @unit@" });
    }
  });

  it("refuse unknown keys, missing values and repeats", async () => {
    await expect(run("--num_expert", "4")).rejects.toMatchObject({
      nextStep: expect.stringContaining("--num_experts?") as string,
    });
    await expect(run("--save_model")).rejects.toThrow("--save_model has no value");
    await expect(run("--seed", "1", "--seed", "2")).rejects.toThrow("--seed is given twice");
    await expect(run("--seed", "x")).rejects.toThrow("--seed takes a number");
  });

  it("show every key with its section and default", async () => {
    const help = await commandHelp(command, "train", 110);
    for (const key of configKeys) if (key !== "data") expect(help).toContain(`--${key}`);
    expect(help).toMatch(/--dropout .*\[number\] \[default: 0.2\]/s);
    expect(help).toContain("Mixture of experts:");
  });
});
