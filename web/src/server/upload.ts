/** Sends a document to be translated, with its progress, which `fetch` does not tell. */
import { ServerFailure } from "./failures.ts";

export interface UploadRequest {
  file: File;
  source: string;
  target: string;
  /** Empty for none. */
  key: string;
  /** Told of the part that was sent, from 0 to 1. */
  onProgress(sent: number): void;
  signal: AbortSignal;
}

/** The address of the translated document on this server. Rejects with ServerFailure, and with the reason of an aborted signal. */
export function translateFile({ file, source, target, key, onProgress, signal }: UploadRequest): Promise<string> {
  const form = new FormData();
  form.set("file", file);
  form.set("source", source);
  form.set("target", target);
  if (key !== "") form.set("api_key", key);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "translate_file");
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.upload.addEventListener("load", () => onProgress(1));
    request.addEventListener("error", () => reject(new ServerFailure(0, "")));
    request.addEventListener("load", () => {
      const address = addressIn(request.responseText);
      if (request.status === 200 && address !== undefined) return resolve(address);
      const retryAfter = Number(request.getResponseHeader("retry-after") ?? Number.NaN);
      reject(new ServerFailure(request.status, messageIn(request.responseText), retryAfter));
    });
    signal.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(form);
  });
}

/** Only the path counts, from the page's folder: behind a proxy the server may not know the address that it has. */
export function addressIn(answer: string): string | undefined {
  const { translatedFileUrl } = parsed(answer) as { translatedFileUrl?: unknown };
  if (typeof translatedFileUrl !== "string") return undefined;
  try {
    const { pathname, search } = new URL(translatedFileUrl, "http://localhost");
    return (pathname + search).replace(/^\/+/, "");
  } catch {
    return undefined;
  }
}

export function messageIn(answer: string): string {
  const { error } = parsed(answer) as { error?: unknown };
  return typeof error === "string" ? error : "";
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
