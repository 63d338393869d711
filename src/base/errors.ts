/** Typed errors: each says what was wrong, where, and what to do next. The command line prints them without a stack. */

/** What an error tells besides its message. */
export interface ErrorDetails {
  /** Where it happened: file and line, or configuration section and key. */
  where?: string;
  /** What the user can do about it, a full sentence. */
  nextStep?: string;
  /** The error that led to this one. */
  cause?: unknown;
}

/**
 * Base class of every error this toolkit raises on purpose.
 *
 * @example
 * import { loadConfig, NmtError } from "gnmt-moe";
 *
 * try {
 *   loadConfig("train.yaml");
 * } catch (error) {
 *   if (error instanceof NmtError) console.error(error.where, error.message, error.nextStep);
 *   else throw error;
 * }
 */
export class NmtError extends Error {
  /** Where it happened; undefined where the message says it. */
  readonly where: string | undefined;
  /** What the user can do about it, a full sentence. */
  readonly nextStep: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.where = details.where;
    this.nextStep = details.nextStep;
  }
}

/** Wrong command-line use. */
export class UsageError extends NmtError {}
/** A configuration file or override that cannot be used; names section and key. */
export class ConfigError extends NmtError {}
/** A corpus, shard or text stream that cannot be read; names file and line. */
export class DataError extends NmtError {}
/** A wordpiece model that cannot be trained, read or written. */
export class WordpieceError extends NmtError {}
/** A checkpoint that is damaged or belongs to another model. */
export class CheckpointError extends NmtError {}
/** A backend that cannot be used here, and how to get it. */
export class BackendError extends NmtError {}
/** Memory that a native kernel or its output needs and the system does not give; names the kernel and its sizes. */
export class OutOfMemoryError extends NmtError {}
/** Training that had to stop: loss not finite, disk full. */
export class TrainingError extends NmtError {}
/** A rank of a job of several processes that is lost, late, or at odds with the others. */
export class CommunicationError extends NmtError {}
/** A translation request the model cannot serve, such as a language it has not seen. */
export class TranslationError extends NmtError {}
/** A download that failed, stalled or did not match its checksum. */
export class DownloadError extends NmtError {}

/**
 * The lines the command line prints for an error.
 *
 * @example
 * import { formatError, UsageError } from "gnmt-moe";
 *
 * formatError(new UsageError("no such pair", { where: "--pair", nextStep: "Use en-de." }));
 * // error: no such pair
 * //   at: --pair
 * //   next: Use en-de.
 */
export function formatError(error: unknown): string {
  const told = error instanceof NmtError ? error : fileErrorDetails(error);
  if (told === undefined) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = [`error: ${told.message}`];
  if (told.where !== undefined) lines.push(`  at: ${told.where}`);
  if (told.nextStep !== undefined) lines.push(`  next: ${told.nextStep}`);
  return lines.join("\n");
}

/** What to do where the system refuses a file or a folder, by its code. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  ENOTDIR: "A part of this path is a file. Name another one.",
  EISDIR: "This is a folder. Name a file.",
  ENOENT: "Check the path: a folder of it is missing.",
  EEXIST: "Something has this name already. Choose another one.",
  EACCES: "Choose a place where you may read and write, or change its permissions.",
  EPERM: "Choose a place where you may read and write, or change its permissions.",
  EROFS: "Choose a place on a disk that may be written to.",
  ENOSPC: "Free some space, or choose a place on another disk.",
  EDQUOT: "Free some space, or choose a place on another disk.",
  EMFILE: "Allow more open files: ulimit -n.",
  ENAMETOOLONG: "Choose a shorter name.",
};

/** Of an error of the system that names a file and that the user can do something about: it needs no stack. */
function fileErrorDetails(error: unknown): { message: string; where: string; nextStep: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = "", path } = error as NodeJS.ErrnoException;
  const nextStep = NEXT_STEPS[code];
  if (nextStep === undefined || path === undefined) return undefined;
  // The message is "CODE: reason, call 'PATH'".
  const [, reason, call] = /^\w+: (.*), (\w+)/.exec(error.message) ?? [];
  return { message: reason === undefined ? error.message : `${reason} (${call})`, where: path, nextStep };
}
