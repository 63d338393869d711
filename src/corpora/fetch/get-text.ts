/** A small text over HTTP, such as an API's answer: tried again where the network fails or the server is busy. */
import { DownloadError } from "../../base/errors.ts";
import { failureOf, type Patience, Refused, withAttempts } from "./attempts.ts";
import { httpGet } from "./http-get.ts";

export interface TextOptions extends Patience {
  /** Further headers, such as a token. */
  headers?: Record<string, string>;
  /** Milliseconds without a byte before the connection is given up (default 30,000). */
  stall?: number;
  /** Variables that name proxies. Default: the process's. */
  environment?: NodeJS.ProcessEnv;
}

export interface TextAnswer {
  status: number;
  text: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Most bytes of an answer. */
const LONGEST = 1 << 28;

/** The answer, whatever its status, once it is no sign of a busy server. Throws DownloadError where none comes. */
export async function getText(url: string, options: TextOptions = {}): Promise<TextAnswer> {
  const failures: string[] = [];
  try {
    return await withAttempts(
      options,
      () => ask(url, options),
      (error) => failures.push(error.message),
    );
  } catch (cause) {
    throw new DownloadError(`There is no answer: ${[...new Set(failures)].join("; ")}.`, {
      where: url,
      nextStep: "Check the network and the proxy (HTTPS_PROXY), or try again later.",
      cause,
    });
  }
}

async function ask(url: string, { headers = {}, stall = 30_000, environment }: TextOptions): Promise<TextAnswer> {
  const response = await httpGet(url, {
    headers: { "accept-encoding": "identity", "user-agent": "gnmt-moe", ...headers },
    timeout: stall,
    ...(environment === undefined ? {} : { environment }),
  });
  try {
    const { statusCode = 0 } = response;
    if (statusCode === 429 || statusCode >= 500) throw failureOf(response);
    response.setTimeout(stall, () => response.destroy(new Error(`no data for ${stall / 1000} s`)));
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > LONGEST) throw new Refused(`it has more than ${LONGEST >> 20} MiB`);
      chunks.push(chunk);
    }
    return { status: statusCode, text: Buffer.concat(chunks).toString("utf8"), headers: response.headers };
  } finally {
    response.destroy();
  }
}
