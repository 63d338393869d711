/** A rank of an MPI job. Messages are moved by a thread of the addon, while JavaScript computes. */
import { hostname } from "node:os";
import type { NativeAddon } from "../../backends/native/addon.ts";
import { CommunicationError } from "../../base/errors.ts";
import type { CommunicationTimes, Pending, ReduceOptions } from "../communicator.ts";
import { RankGroup } from "../rank-group.ts";

/** Seconds without a sign of life after which a rank is lost, or without its part of an operation that others wait for. */
export const PATIENCE = 15;

/** This process within its job; `joinMpi` makes it. */
export class MpiRank extends RankGroup {
  readonly rank: number;
  readonly size: number;
  readonly transport: string;
  hosts: readonly string[] = [];
  private readonly addon: NativeAddon;

  constructor(addon: NativeAddon, version: string) {
    super();
    const { rank, size } = addon.mpiPlace();
    this.rank = rank;
    this.size = size;
    this.transport = version;
    this.addon = addon;
  }

  /** Tells all ranks each other's machines. */
  async meet(): Promise<void> {
    this.hosts = await this.gatherValues(hostname()).ended();
    this.addon.mpiSetHosts(this.hosts.join("\n"));
  }

  override allReduce(values: Float32Array, { bf16 = false }: ReduceOptions = {}): Pending {
    return this.pending(this.addon.mpiAllReduce(values, bf16), [values]);
  }

  exchange(send: Uint8Array, sendCounts: Uint32Array, receive: Uint8Array, receiveCounts: Uint32Array): Pending {
    return this.pending(this.addon.mpiExchange(send, sendCounts, receive, receiveCounts), [send, receive]);
  }

  times(): CommunicationTimes {
    return this.addon.mpiTimes();
  }

  async close(): Promise<void> {
    await this.addon.mpiClose();
  }

  /** `arrays` stay in memory until the operation has ended, whoever forgets it. */
  private pending(operation: number, arrays: readonly ArrayBufferView[]): Pending {
    underWay.set(operation, arrays);
    let ended = false;
    const end = () => {
      ended = true;
      underWay.delete(operation);
    };
    return {
      wait: () => {
        if (ended) return;
        if (!this.wait(operation)) throw this.late();
        end();
      },
      ended: async () => {
        if (ended) return;
        await this.addon.mpiEnded(operation).catch(communicationFailed);
        end();
      },
    };
  }

  private wait(operation: number): boolean {
    try {
      return this.addon.mpiWait(operation, PATIENCE);
    } catch (error) {
      throw communicationFailed(error);
    }
  }

  private late(): CommunicationError {
    const behind = this.addon.mpiFurthestBehind();
    return new CommunicationError(
      `rank ${this.rank} has waited for ${PATIENCE} s; rank ${behind} on ${this.hosts[behind]} is furthest behind`,
      { nextStep: "See what that process does; the same command goes on from the last checkpoint." },
    );
  }
}

/** Arrays that messages are read from and written to, by operation. */
const underWay = new Map<number, readonly ArrayBufferView[]>();

function communicationFailed(error: unknown): never {
  throw new CommunicationError(`ranks could not communicate: ${(error as Error).message}`, {
    cause: error,
    nextStep: "Look at the launcher's messages; the same command goes on from the last checkpoint.",
  });
}
