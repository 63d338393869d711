/** MPI, found at run time (native/src/mpi). Its library is used by one thread of the addon's; a process joins one job. */

/** A process's place in its job. */
export interface MpiPlace {
  rank: number;
  size: number;
  /** 1 for Open MPI, 0 for MPICH and its like. */
  openMpi: number;
  /** MPI_THREAD_SINGLE 0 to MPI_THREAD_MULTIPLE 3, as the library gave it; one thread uses it. */
  threadLevel: number;
}

/** Seconds since the job was joined. */
export interface MpiTimes {
  /** In which operations were under way. */
  underWay: number;
  /** Of these, spent in `mpiWait`. */
  waited: number;
}

export interface MpiFunctions {
  /** Loads a library and returns its description, without joining a job. */
  mpiVersion(path: string): string;
  /** Joins the job; after `patience` seconds without a sign of life a rank is lost, and the job ends. */
  mpiOpen(path: string, patience: number): Promise<void>;
  mpiPlace(): MpiPlace;
  mpiTimes(): MpiTimes;
  /** Names of the ranks' machines, one a line. */
  mpiSetHosts(hosts: string): void;
  /** Counts are bytes for each rank, and from each. Arrays must stay as they are until it has ended. Returns the operation. */
  mpiExchange(send: Uint8Array, sendCounts: Uint32Array, receive: Uint8Array, receiveCounts: Uint32Array): number;
  /** Sums over all ranks, in place and in their order; `bf16` rounds what is sent. Returns the operation. */
  mpiAllReduce(values: Float32Array, bf16: boolean): number;
  /** Blocks until the operation has ended, at most so long: whether it has. */
  mpiWait(operation: number, seconds: number): boolean;
  mpiEnded(operation: number): Promise<void>;
  /** The rank that has begun the fewest operations. */
  mpiFurthestBehind(): number;
  /** Leaves the job, once all ranks do. */
  mpiClose(): Promise<void>;
  /** Ends the job and this process at once; does nothing outside of a job. */
  mpiAbort(code: number): void;
}
