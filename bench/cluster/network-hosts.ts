/** Network namespaces of this machine that stand for hosts: each has a name and an address, and one cable to a switch. Linux only, as root. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `tc` makes of each cable, in both directions. */
export interface Cable {
  /** Bits a second, as tc writes them: 1gbit. */
  rate: string;
  /** One way, as tc writes it: 0.1ms. Kernels without netem don't know delays: then there is only the machine's own. */
  delay: string;
}

const NETWORK = "10.231.7";

/** Some hosts; to be removed in the end. */
export class NetworkHosts {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** Open MPI's, before the number of ranks. */
  readonly launcherOptions: readonly string[];
  /** Whether cables have the delay that was asked for. */
  delays = false;
  private readonly spaces: string[] = [];
  private readonly folder: string;

  /** Throws where the system doesn't allow it. */
  constructor(count: number, cable?: Cable) {
    const name = `nmt${process.pid}`;
    this.folder = mkdtempSync(join(tmpdir(), "nmt-hosts-"));
    this.names = Array.from({ length: count }, (_, host) => `${name}-${host}`);
    this.addresses = this.names.map((_, host) => `${NETWORK}.${host + 1}`);
    try {
      const central = this.space(`${name}-switch`);
      ip("-n", central, "link", "add", "bridge", "type", "bridge");
      ip("-n", central, "link", "set", "bridge", "up");
      for (const [host, each] of this.names.entries()) {
        this.space(each);
        const end = `port${host}`;
        ip("-n", each, "link", "add", "eth0", "type", "veth", "peer", "name", end, "netns", central);
        ip("-n", each, "addr", "add", `${this.addresses[host]}/24`, "dev", "eth0");
        for (const device of ["lo", "eth0"]) ip("-n", each, "link", "set", device, "up");
        ip("-n", central, "link", "set", end, "master", "bridge", "up");
        if (cable === undefined) continue;
        this.slowDown(each, cable);
      }
    } catch (error) {
      this.remove();
      throw error;
    }
    const agent = join(this.folder, "agent");
    writeFileSync(agent, this.agentScript());
    chmodSync(agent, 0o755);
    const network = `${NETWORK}.0/24`;
    const parameters = {
      plm_rsh_agent: agent,
      btl: "self,tcp",
      btl_tcp_if_include: network,
      oob_tcp_if_include: network,
    };
    this.launcherOptions = [
      ...Object.entries(parameters).flatMap(([key, value]) => ["--mca", key, value]),
      ...["--bind-to", "none", "--host", this.addresses.map((address) => `${address}:1`).join(",")],
    ];
  }

  /** Words before a command that make it run on a host. */
  on(host: number): string[] {
    const name = this.names[host]!;
    // Its own name: what is called after a machine has to differ.
    return ["ip", "netns", "exec", name, "unshare", "--uts", "sh", "-c", `hostname ${name}; exec "$@"`, "sh"];
  }

  /** What leaves a host is slowed there, so that a message is slowed once. */
  private slowDown(name: string, { rate, delay }: Cable): void {
    const queue = (...discipline: string[]) =>
      spawnSync("ip", ["netns", "exec", name, "tc", "qdisc", "add", "dev", "eth0", "root", ...discipline]).status === 0;
    this.delays = queue("netem", "rate", rate, "delay", delay, "limit", "100000");
    if (this.delays || queue("tbf", "rate", rate, "burst", "128kb", "latency", "100ms")) return;
    throw new Error("tc can't limit a rate here");
  }

  remove(): void {
    for (const each of this.spaces) spawnSync("ip", ["netns", "delete", each]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private space(name: string): string {
    ip("netns", "add", name);
    this.spaces.push(name);
    return name;
  }

  /** What stands for ssh: AGENT ADDRESS COMMAND. */
  private agentScript(): string {
    const cases = this.addresses.map((address, host) => {
      const words = this.on(host).map((word) => `'${word}'`);
      return `  ${address}) exec ${words.join(" ")} sh -c "$*" ;;`;
    });
    return `#!/bin/sh\naddress=$1\nshift\ncase $address in\n${cases.join("\n")}\nesac\necho "no host $address" >&2\nexit 1\n`;
  }
}

/** Whether the system allows them. */
export function hostsAllowed(): boolean {
  try {
    new NetworkHosts(1, { rate: "1gbit", delay: "0.1ms" }).remove();
    return true;
  } catch {
    return false;
  }
}

function ip(...words: string[]): void {
  run("ip", words);
}

function run(command: string, words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
