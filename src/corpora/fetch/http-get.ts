/** A streaming HTTP GET that follows redirects and the proxies named by the environment; a token stays with its host. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { type TLSSocket, connect as tlsConnect } from "node:tls";

export interface GetOptions {
  headers?: Record<string, string>;
  /** Milliseconds without an answer before giving up. */
  timeout: number;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case, are read from here. */
  environment?: NodeJS.ProcessEnv;
}

const MOST_REDIRECTS = 10;

/** The response whose status is not a redirect. The caller reads or destroys it. Rejects where no answer comes. */
export async function httpGet(url: string, options: GetOptions): Promise<IncomingMessage> {
  let current = new URL(url);
  const { origin } = current;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await get(current, current.origin === origin ? options : withoutToken(options));
    const { statusCode = 0, headers } = response;
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) return response;
    response.destroy();
    const next = new URL(headers.location, current);
    if (current.protocol === "https:" && next.protocol !== "https:") {
      throw new Error(`${current.host} redirects to ${next.protocol}//, which is not secure`);
    }
    current = next;
  }
  throw new Error(`more than ${MOST_REDIRECTS} redirects`);
}

/** What is told to one host is no other's business. */
function withoutToken({ headers = {}, ...rest }: GetOptions): GetOptions {
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== "authorization");
  return { ...rest, headers: Object.fromEntries(kept) };
}

async function get(
  url: URL,
  { headers = {}, timeout, environment = process.env }: GetOptions,
): Promise<IncomingMessage> {
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new Error(`${url.protocol} addresses are not supported`);
  const proxy = proxyFor(url, environment);
  const isSecure = url.protocol === "https:";
  if (proxy === undefined)
    return send(isSecure ? httpsRequest : httpRequest, { ...address(url), path: pathOf(url), headers }, timeout);
  if (!isSecure) {
    const proxied = {
      ...address(proxy),
      path: url.href,
      headers: { ...headers, host: url.host, ...credentials(proxy) },
    };
    return send(proxy.protocol === "https:" ? httpsRequest : httpRequest, proxied, timeout);
  }
  const socket = await tunnel(proxy, url, timeout);
  return send(httpsRequest, { ...address(url), path: pathOf(url), headers, createConnection: () => socket }, timeout);
}

function send(request: typeof httpRequest, options: RequestOptions, timeout: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, method: "GET" }, resolve);
    sent.setTimeout(timeout, () => sent.destroy(new Error(`no answer for ${timeout / 1000} s`)));
    sent.once("error", reject);
    sent.end();
  });
}

/** A TLS connection to the server through a proxy's CONNECT. */
function tunnel(proxy: URL, url: URL, timeout: number): Promise<TLSSocket> {
  const host = `${url.hostname}:${url.port || 443}`;
  return new Promise((resolve, reject) => {
    const request = proxy.protocol === "https:" ? httpsRequest : httpRequest;
    const asked = request({
      ...address(proxy),
      method: "CONNECT",
      path: host,
      headers: { host, ...credentials(proxy) },
    });
    asked.setTimeout(timeout, () => asked.destroy(new Error(`the proxy ${proxy.host} gives no answer`)));
    asked.once("error", reject);
    asked.once("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(tlsConnect({ socket, servername: url.hostname }));
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} refuses with status ${statusCode}`));
    });
    asked.end();
  });
}

/** The proxy for an address, or undefined. */
export function proxyFor(url: URL, environment: NodeJS.ProcessEnv): URL | undefined {
  const variable = (name: string) => environment[name.toLowerCase()] || environment[name];
  const proxy = variable(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") || variable("ALL_PROXY");
  if (proxy === undefined || proxy === "") return undefined;
  const exceptions = (variable("NO_PROXY") ?? "").split(/[\s,]+/).filter((name) => name !== "");
  if (exceptions.some((name) => isExcepted(url, name))) return undefined;
  return new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
}

/** NO_PROXY holds "*", hosts, or domains whose hosts are all meant; with a port, only that one. */
function isExcepted(url: URL, exception: string): boolean {
  if (exception === "*") return true;
  const [, name, port] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(exception)!;
  if (port !== undefined && port !== (url.port || (url.protocol === "https:" ? "443" : "80"))) return false;
  return url.hostname === name || url.hostname.endsWith(`.${name}`);
}

function address({ hostname, port, protocol }: URL): RequestOptions {
  // An IPv6 address is written in brackets in a URL only.
  return { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), ...(port === "" ? {} : { port }) };
}

function pathOf({ pathname, search }: URL): string {
  return pathname + search;
}

function credentials({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}
