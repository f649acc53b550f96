import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createAddressRule } from './address-rules.ts';
import { limitedBody } from './limited-body.ts';
import { OutboundError } from './outbound-error.ts';
import { createPatience, type Patience, type Timeouts } from './patience.ts';
import { checkedAddresses, type Resolver, systemResolver } from './resolve.ts';
import { sendOnce } from './send-once.ts';
import { readUrl, type UrlRules } from './url-rules.ts';

export interface OutboundOptions {
  /** Whether http is allowed besides https. */
  http?: boolean;
  /** Addresses and CIDR blocks that are allowed though they are not public: those of the operator's own network. */
  allowedAddresses?: readonly string[];
  timeouts?: Partial<Timeouts>;
  /** Finds the addresses of names; the system's resolver if it is not given. */
  resolver?: Resolver;
}

export interface OutboundRequest {
  url: string;
  method: 'GET' | 'POST' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  /** A stream needs its `Content-Length` in the headers. */
  body?: string | Buffer | Readable;
  /** How many redirects are followed, each after the same checks; 0 answers with the redirect itself. Only for GET. */
  redirects?: number;
  /** Bytes of the answer's body after which it fails with `too_large`. */
  maxAnswerBytes: number;
  timeouts?: Partial<Timeouts>;
  /** Ends the request, whose promise or body then rejects with the reason of the signal. */
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The last URL, after all redirects. */
  url: URL;
  /** The bytes as they came, without decompression. It must be read, or ended by `first` or `discard`. */
  body: AsyncIterable<Buffer>;
  /** The first bytes of the body, up to `bytes`; the connection is closed then. */
  first(bytes: number): Promise<Buffer>;
  /** Closes the connection. */
  discard(): void;
}

/** Sends requests to servers that users name, and to no address that is not public. */
export interface Outbound {
  /** Checks a URL without a name server. Throws an `OutboundError` of the code `url_refused`. */
  check(url: string): void;
  /** Every status is an answer. Throws `OutboundError` if there is none. */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that only the server of the first URL may see. */
const PERSONAL = /^(authorization|cookie|proxy-authorization)$/i;

/**
 * Makes a sender of requests. Each has a connection of its own, to an address that was checked; no environment variable
 * puts a proxy between.
 */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const rules: UrlRules = {
    http: options.http ?? false,
    address: createAddressRule(options.allowedAddresses),
  };
  const resolver = options.resolver ?? systemResolver;
  return {
    check: (url) => void readUrl(url, rules),
    async send(request) {
      const url = readUrl(request.url, rules);
      const patience = createPatience({ ...options.timeouts, ...request.timeouts }, request.signal);
      try {
        return await followed(url, request, { rules, resolver, patience });
      } catch (error) {
        patience.end();
        throw patience.reasonOf(error);
      }
    },
  };
}

interface Circumstances {
  rules: UrlRules;
  resolver: Resolver;
  patience: Patience;
}

async function followed(first: URL, request: OutboundRequest, at: Circumstances): Promise<OutboundAnswer> {
  let url = first;
  for (let left = request.redirects ?? 0; ; left--) {
    const headers = url.origin === first.origin ? request.headers : withoutPersonal(request.headers);
    const connecting = at.patience.connecting();
    const addresses = await at.patience.race(checkedAddresses(url, at.resolver, at.rules.address));
    const message = await at.patience.race(
      sendOnce({ ...request, headers: headers ?? {}, url, addresses }, at.patience, connecting),
    );
    const next = (request.redirects ?? 0) > 0 ? redirectOf(message, url) : undefined;
    if (next === undefined) return answerOf(message, url, request.maxAnswerBytes, at.patience);
    message.destroy();
    if (left <= 0)
      throw new OutboundError('redirects', `The URL redirects more than ${request.redirects} times.`);
    url = readUrl(next, at.rules);
  }
}

function withoutPersonal(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !PERSONAL.test(name)));
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): string | undefined {
  if (!REDIRECTS.has(statusCode) || headers.location === undefined) return undefined;
  const target = URL.parse(headers.location, from.href);
  if (target === null) throw new OutboundError('malformed', 'The URL redirects to one that is not valid.');
  return target.href;
}

function answerOf(message: IncomingMessage, url: URL, maxBytes: number, patience: Patience): OutboundAnswer {
  const body = limitedBody(message, maxBytes, patience);
  const discard = () => {
    patience.end();
    message.destroy();
  };
  return {
    status: message.statusCode ?? 0,
    headers: message.headers,
    url,
    body,
    discard,
    async first(bytes) {
      const chunks: Buffer[] = [];
      let length = 0;
      try {
        for await (const chunk of limitedBody(message, Number.POSITIVE_INFINITY, patience)) {
          chunks.push(chunk);
          length += chunk.length;
          if (length >= bytes) break;
        }
      } finally {
        discard();
      }
      return Buffer.concat(chunks).subarray(0, bytes);
    },
  };
}
