/** Errors as they go from one thread or process to another, where classes are lost. */
import {
  BackendError,
  CheckpointError,
  ConfigError,
  DataError,
  DownloadError,
  NmtError,
  OutOfMemoryError,
  TrainingError,
  TranslationError,
  UsageError,
  WordpieceError,
} from "./errors.ts";

/** An error as plain JSON. */
export interface PlainError {
  name: string;
  message: string;
  where?: string | undefined;
  nextStep?: string | undefined;
  stack?: string | undefined;
}

const classes = new Map(
  [
    NmtError,
    UsageError,
    ConfigError,
    DataError,
    WordpieceError,
    CheckpointError,
    BackendError,
    OutOfMemoryError,
    TrainingError,
    TranslationError,
    DownloadError,
  ].map((type) => [type.name, type]),
);

/** What is sent of an error. */
export function toPlain(error: unknown): PlainError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, where, nextStep, stack } = error as PlainError;
  return { name, message, where, nextStep, stack };
}

/** The error again, of the class it had. */
export function fromPlain({ name, message, where, nextStep, stack }: PlainError): Error {
  const type = classes.get(name);
  if (type !== undefined) {
    return new type(message, { ...(where !== undefined && { where }), ...(nextStep !== undefined && { nextStep }) });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
