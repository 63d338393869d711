/** Source of truth: the command's own options, the files of the project, and systemd's own check where it is installed. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { serveCommand } from "../../src/cli/commands/serve.ts";
import { commandHelp } from "../../src/cli/run-command.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (name: string) => readFileSync(join(root, "deploy", name), "utf8");
let options: string[];

beforeAll(async () => {
  const help = await commandHelp(serveCommand as never, "serve", 100);
  options = [...help.matchAll(/^\s+--(\w+)/gm)].map(([, name]) => name!);
});

/** The options of a command line that runs `nmt serve`. */
function optionsOf(line: string): string[] {
  const [, rest] = /\bnmt serve\b(.*)/.exec(line) ?? [];
  expect(rest, line).toBeDefined();
  return [...rest!.matchAll(/(?:^|\s)--([\w-]+)/g)].map(([, name]) => name!.replaceAll("-", "_"));
}

describe("the systemd unit", () => {
  const unit = read("nmt-serve.service");
  const values = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value!);

  test("starts nmt serve with options that it has, and reloads by the signal that it heeds", () => {
    const [start] = values("ExecStart");
    const given = optionsOf(start!);
    expect(given).toEqual(["host", "port", "model"]);
    expect(options).toEqual(expect.arrayContaining(given));
    expect(values("ExecReload")).toEqual(["/bin/kill -HUP $MAINPID"]);
    expect(readFileSync(join(root, "src/cli/commands/serve.ts"), "utf8")).toContain('process.on("SIGHUP"');
    for (const [, name] of start!.matchAll(/\$(\w+)/g)) expect(values("Environment").join(" ")).toContain(`${name}=`);
  });

  test("gives no rights that the server does without, and time to finish", () => {
    expect(values("DynamicUser")).toEqual(["yes"]);
    expect(values("CapabilityBoundingSet")).toEqual([""]);
    expect(values("ProtectSystem")).toEqual(["strict"]);
    expect(values("NoNewPrivileges")).toEqual(["yes"]);
    expect(values("KillMode")).toEqual(["mixed"]);
    expect(values("TimeoutStopSec")).toEqual(["5min"]);
    expect(Number(values("LimitNOFILE")[0])).toBeGreaterThanOrEqual(65_536);
  });

  const hasSystemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
  test.skipIf(!hasSystemd)("is accepted by systemd-analyze, and exposes little", () => {
    const file = join(mkdtempSync(join(tmpdir(), "nmt-unit-")), "nmt-serve.service");
    // Whether nmt is installed here says nothing of the unit.
    writeFileSync(file, unit.replace("/usr/local/bin/nmt", process.execPath));
    const { stderr, status } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    const { stdout } = spawnSync("systemd-analyze", ["security", "--offline=true", file], { encoding: "utf8" });
    expect(Number(/exposure level for [^:]*: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThan(2);
  });
});

describe("the Dockerfile", () => {
  const lines = read("Dockerfile")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const instructions = lines.map((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { name, rest };
  });
  const rests = (name: string) => instructions.filter((each) => each.name === name).map(({ rest }) => rest);

  test("has two stages of Debian's slim image, and nothing of the first but what runs", () => {
    const known = "ARG CMD COPY ENV EXPOSE FROM HEALTHCHECK RUN STOPSIGNAL USER VOLUME WORKDIR".split(" ");
    expect([...new Set(instructions.map(({ name }) => name))].sort()).toEqual(known);
    expect(rests("FROM")).toEqual(["AS build", ""].map((stage) => `node:\${NODE}-bookworm-slim ${stage}`.trim()));
    const made = ["dist", "native/build/nmt_native.node", "node_modules"];
    const copied = rests("COPY").filter((rest) => rest.startsWith("--from=build"));
    const sources = copied.flatMap((rest) => rest.split(" ").slice(1, -1)).map((path) => path.replace("/app/", ""));
    expect(sources).toEqual(expect.arrayContaining(["bin", "package.json", ...made]));
    for (const path of sources.filter((each) => !made.includes(each)))
      expect(existsSync(join(root, path)), path).toBe(true);
    const major = Number(/^NODE=(\d+)$/.exec(rests("ARG")[0]!)?.[1]);
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(engines.node).toMatch(new RegExp(`\\b${major}\\b`));
  });

  test("runs scripts that the package has, and nmt serve with options that it has", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const [, script] of rests("RUN")
      .join(" ")
      .matchAll(/npm run (\S+)/g))
      expect(scripts).toHaveProperty(script!);
    const command = JSON.parse(rests("CMD")[0]!) as string[];
    expect(command.slice(0, 2)).toEqual(["sh", "-c"]);
    expect(command[2]).toMatch(/^exec nmt serve /);
    expect(options).toEqual(expect.arrayContaining(optionsOf(command[2]!)));
    const port = /--port (\d+)/.exec(command[2]!)?.[1];
    expect(rests("EXPOSE")).toEqual([port]);
    expect(rests("HEALTHCHECK")[0]).toContain(`http://127.0.0.1:${port}/health`);
    const check = JSON.parse(/CMD (.*)$/.exec(rests("HEALTHCHECK")[0]!)![1]!) as string[];
    expect(check.slice(0, 2)).toEqual(["node", "-e"]);
    const run = spawnSync(process.execPath, ["-e", check[2]!.replace(port!, "1")]);
    expect([run.status, run.stderr.toString()]).toEqual([1, ""]);
  });

  test("ends as a user without rights, with the models outside", () => {
    const names = instructions.map(({ name }) => name);
    expect(names.indexOf("USER")).toBeGreaterThan(names.lastIndexOf("RUN"));
    expect(rests("USER")).toEqual(["node"]);
    expect(JSON.parse(rests("VOLUME")[0]!)).toEqual(["/models"]);
    expect(rests("STOPSIGNAL")).toEqual(["SIGTERM"]);
  });

  test("is built from nothing that was built here", () => {
    const ignored = read("Dockerfile.dockerignore").split("\n");
    expect(ignored).toEqual(expect.arrayContaining([".git", "**/node_modules", "dist", "native/build", "models"]));
  });
});

test("the page's command lines have options that there are", () => {
  const page = read("README.md");
  for (const [, line] of page.matchAll(/(nmt serve [^\n]*)$/gm)) {
    expect(options).toEqual(expect.arrayContaining(optionsOf(line!.replace(/`.*/, ""))));
  }
  for (const [, given] of page.matchAll(/NMT_OPTIONS="([^"]*)"/g)) {
    expect(options).toEqual(expect.arrayContaining(optionsOf(`nmt serve ${given}`)));
  }
});
