import type { LookupAddress } from 'node:dns';
import {
  type ClientRequest,
  type IncomingMessage,
  request as overHttp,
  type RequestOptions,
} from 'node:http';
import { request as overHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { OutboundError } from './outbound-error.ts';
import type { Patience } from './patience.ts';
import { hostOf } from './url-rules.ts';

export interface CheckedRequest {
  url: URL;
  /** Addresses to which the connection may go; there is no other. */
  addresses: readonly [LookupAddress, ...LookupAddress[]];
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable;
}

/** Bytes of an answer's headers together. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Milliseconds after which a body is sent to a server that does not answer `Expect: 100-continue` (RFC 9110, 10.1.1). */
const CONTINUE_MS = 1000;

/**
 * Sends one request over a connection of its own, and waits for the headers of the answer.
 * @param connected called when the connection is there
 */
export function sendOnce(
  request: CheckedRequest,
  patience: Patience,
  connected: () => void,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const secure = request.url.protocol === 'https:';
  const outgoing = (secure ? overHttps : overHttp)(optionsOf(request, patience.signal));
  outgoing.once('socket', (socket) => socket.once(secure ? 'secureConnect' : 'connect', connected));
  outgoing.setTimeout(patience.timeouts.idleMs, () => patience.abort('idle_timeout'));
  outgoing.once('response', (message) => {
    connected();
    // The window of the body has its own limit, which counts no time in which this process reads nothing.
    outgoing.setTimeout(0);
    resolve(message);
  });
  // Without a listener, Node closes the connection of an answer of 101 and reports neither an answer nor an error.
  outgoing.once('upgrade', (_message, socket) => {
    socket.destroy();
    reject(
      new OutboundError('invalid_answer', 'The server switches to another protocol; expected an answer.'),
    );
  });
  outgoing.on('error', reject);
  sendBody(outgoing, request.body);
  return promise;
}

function optionsOf(request: CheckedRequest, signal: AbortSignal): RequestOptions {
  const { url, addresses, method } = request;
  return {
    method,
    protocol: url.protocol,
    host: hostOf(url),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: {
      'User-Agent': 'Tonemill',
      'Accept-Encoding': 'identity',
      ...(request.body instanceof Readable && { Expect: '100-continue' }),
      ...request.headers,
    },
    // A new connection, which no other request gets: the agent of the process would keep it, or ask a proxy.
    agent: false,
    lookup: answering(addresses),
    maxHeaderSize: MAX_HEADER_BYTES,
    signal,
  };
}

/** A `lookup` that knows the answer, so that no name server is asked between the check and the connection. */
function answering(addresses: CheckedRequest['addresses']): LookupFunction {
  return (_name, { all }, done) => {
    if (all) done(null, [...addresses]);
    else done(null, addresses[0].address, addresses[0].family);
  };
}

/** A stream waits until the server wants it, so that a refusal comes before the body and not as a broken connection. */
function sendBody(outgoing: ClientRequest, body: CheckedRequest['body']): void {
  if (!(body instanceof Readable)) {
    outgoing.end(body);
    return;
  }
  const send = () => {
    clearTimeout(late);
    outgoing.off('continue', send);
    // The error of a side that ends early reaches `outgoing` or the answer.
    if (!outgoing.destroyed) pipeline(body, outgoing, () => {});
  };
  const late = setTimeout(send, CONTINUE_MS);
  outgoing.once('continue', send);
  outgoing.once('response', () => {
    clearTimeout(late);
    outgoing.off('continue', send);
  });
  outgoing.once('close', () => {
    clearTimeout(late);
    body.destroy();
  });
  outgoing.flushHeaders();
}
