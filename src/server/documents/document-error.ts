/** Why a document was not translated, for its sender. */
import { DataError, UsageError } from "../../base/errors.ts";
import { RequestError } from "../request-error.ts";

/** A damaged document is its sender's fault: RequestError 400, which says where it is damaged. Other errors stay what they are. */
export function documentError(error: unknown): unknown {
  if (!(error instanceof DataError || error instanceof UsageError)) return error;
  const where = error.where === undefined ? "" : ` (${error.where})`;
  return new RequestError(400, `${error.message.replace(/\.$/, "")}${where}.`, {
    ...(error.nextStep !== undefined && { nextStep: error.nextStep }),
    cause: error,
  });
}
