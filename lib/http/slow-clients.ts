import type { ServerResponse } from 'node:http';
import { AppError } from '../runtime/errors.ts';
import type { ReceivedRequest } from './received-request.ts';

/** Minimum throughput: `bytes` in each window of `seconds`. */
export interface Throughput {
  bytes: number;
  seconds: number;
}

export interface ClientLimits {
  /** Body of a request. The limit is about 0.5 KB/s, far below any connection on which sending audio makes sense. */
  body: Throughput;
  /**
   * Answer, with the same number of bytes. The window is longer, since the system takes files in steps of 64 KiB:
   * during one step, a slow client shows no progress.
   */
  answer: Throughput;
  /** Time limit of a JSON body in seconds. */
  jsonSeconds: number;
  /** Bytes of chunk headers, extensions and trailers that are allowed in addition to the size of the body. */
  framingBytes: number;
  /**
   * Rest of a body that is read and dropped after the answer, for clients that read no answer before they have sent
   * all.
   */
  unread: Throughput;
}

const LIMITS: ClientLimits = {
  body: { bytes: 16 * 1024, seconds: 30 },
  answer: { bytes: 16 * 1024, seconds: 120 },
  jsonSeconds: 30,
  framingBytes: 64 * 1024,
  unread: { bytes: 1024 * 1024, seconds: 2 },
};

/** Ends exchanges whose client holds a connection without using it. */
export interface SlowClients {
  /** Watches a request until its end. Called before its handler. */
  watch(incoming: ReceivedRequest, outgoing: ServerResponse): void;
  /**
   * Checks all requests. Called once a second; it counts calls and not time, so that a busy process blames no client.
   */
  check(): void;
}

interface Exchange {
  incoming: ReceivedRequest;
  outgoing: ServerResponse;
  /** Bytes that the connection had received when the request began. */
  begunAt: number;
  body: Window;
  answer: Window;
  /** Seconds of waiting for the body, and seconds since the answer. */
  waited: number;
  unread: number;
}

interface Window {
  seconds: number;
  /** Bytes that had passed when the window began. */
  passed: number;
}

/**
 * Watches the throughput of requests and answers. Only seconds in which the server waits for the client count: a body
 * with a full buffer waits for the server, and so does an answer without data to send.
 */
export function createSlowClients(changed: Partial<ClientLimits> = {}): SlowClients {
  const limits = { ...LIMITS, ...changed };
  const exchanges = new Set<Exchange>();
  return {
    watch(incoming, outgoing) {
      const exchange = newExchange(incoming, outgoing);
      exchanges.add(exchange);
      outgoing.prependOnceListener('finish', () => dropRest(incoming, limits.unread.bytes));
      outgoing.once('close', () => isOver(exchange) && exchanges.delete(exchange));
    },
    check() {
      for (const exchange of exchanges) {
        if (isOver(exchange)) exchanges.delete(exchange);
        else check(exchange, limits);
      }
    },
  };
}

function newExchange(incoming: ReceivedRequest, outgoing: ServerResponse): Exchange {
  const { bytesRead, bytesWritten } = incoming.socket;
  return {
    incoming,
    outgoing,
    begunAt: bytesRead,
    waited: 0,
    unread: 0,
    body: { seconds: 0, passed: 0 },
    answer: { seconds: 0, passed: bytesWritten },
  };
}

function isOver({ incoming, outgoing }: Exchange): boolean {
  return incoming.socket.destroyed || (outgoing.writableFinished && incoming.complete);
}

function check(exchange: Exchange, limits: ClientLimits): void {
  const { incoming, outgoing } = exchange;
  if (outgoing.writableFinished) {
    if (++exchange.unread > limits.unread.seconds) incoming.socket.destroy();
    return;
  }
  const { socket } = incoming;
  const sent = socket.bytesWritten - socket.writableLength;
  if (isTooSlow(exchange.answer, limits.answer, outgoing.writableLength > 0, sent)) socket.destroy();
  if (incoming.complete || incoming.failure) return;
  const reason = reasonToEnd(exchange, limits);
  if (reason && outgoing.headersSent) socket.destroy();
  else if (reason) incoming.fail(reason);
}

function reasonToEnd(exchange: Exchange, limits: ClientLimits): AppError | undefined {
  const { incoming, begunAt } = exchange;
  const { received } = incoming;
  const framing = incoming.socket.bytesRead - begunAt - received;
  if (framing > limits.framingBytes + received)
    return new AppError(
      'too_large',
      'The chunks of the body have more framing than content. Send larger chunks.',
    );
  const waiting = isWaitedFor(incoming);
  if (waiting) exchange.waited++;
  if (isJson(incoming) && exchange.waited >= limits.jsonSeconds)
    return tooSlow(`The JSON body did not come within ${limits.jsonSeconds} seconds.`);
  const { bytes, seconds } = limits.body;
  if (!isTooSlow(exchange.body, limits.body, waiting, received)) return undefined;
  return tooSlow(`Less than ${bytes} bytes of the body came within ${seconds} seconds.`);
}

/** Counts a second. Returns at the end of a window whether fewer bytes than the minimum have passed. */
function isTooSlow(window: Window, least: Throughput, waiting: boolean, passed: number): boolean {
  if (!waiting || ++window.seconds < least.seconds) return false;
  const slow = passed - window.passed < least.bytes;
  Object.assign(window, { seconds: 0, passed });
  return slow;
}

/** Whether the server waits for the client: Node.js fills its buffer, and then reads only as fast as the handler. */
function isWaitedFor(incoming: ReceivedRequest): boolean {
  return !incoming.awaitsContinue && incoming.readableLength < incoming.readableHighWaterMark;
}

function isJson({ headers }: ReceivedRequest): boolean {
  return /^application\/(\S+\+)?json\b/i.test(headers['content-type'] ?? '');
}

/** Reads the rest of a body after its handler, up to a limit, and then closes the connection. */
function dropRest(incoming: ReceivedRequest, most: number): void {
  if (incoming.complete || incoming.failure) return;
  const begun = incoming.received;
  incoming.removeAllListeners('data').removeAllListeners('readable');
  const count = () => {
    if (incoming.received - begun <= most) return;
    incoming.off('data', count).pause();
    incoming.socket.destroySoon();
  };
  incoming.on('data', count);
  // The first read happens at once: Node.js would otherwise drop the body of an unread request itself, without a limit.
  incoming.read();
  incoming.resume();
}

function tooSlow(sentence: string): AppError {
  return new AppError('request_timeout', `${sentence} Send it again, or continue the resumable upload.`);
}
