import type { ServerResponse } from 'node:http';
import { AppError } from '../runtime/errors.ts';
import type { ReceivedRequest } from './received-request.ts';

/** Least throughput: so many bytes in each window of so many seconds. */
export interface Throughput {
  bytes: number;
  seconds: number;
}

export interface ClientLimits {
  /** A body that comes. Some 0.5 KB/s, far below any line on which sending audio makes sense. */
  body: Throughput;
  /**
   * An answer that goes out, by the same rate. The window is longer, since the system takes files in steps of 64 KiB: a
   * slow client seems to stand still for as long as one takes.
   */
  answer: Throughput;
  /** Seconds that a body of JSON may take in all. */
  jsonSeconds: number;
  /** Bytes of chunk headers, extensions and trailers, beyond as many as the body has. */
  framingBytes: number;
  /** Body that is read and dropped after the answer, for clients that read no answer before they have sent all. */
  unread: Throughput;
}

const LIMITS: ClientLimits = {
  body: { bytes: 16 * 1024, seconds: 30 },
  answer: { bytes: 16 * 1024, seconds: 120 },
  jsonSeconds: 30,
  framingBytes: 64 * 1024,
  unread: { bytes: 1024 * 1024, seconds: 2 },
};

/** Ends exchanges in which the client holds a connection without using it. */
export interface SlowClients {
  /** Watches a request until it is over. Called before its handler. */
  watch(incoming: ReceivedRequest, outgoing: ServerResponse): void;
  /** Looks at all requests. Called once a second; a process that was busy meanwhile blames no client for it. */
  check(): void;
}

interface Exchange {
  incoming: ReceivedRequest;
  outgoing: ServerResponse;
  /** Bytes that the connection had received when the request began. */
  begunAt: number;
  body: Window;
  answer: Window;
  /** Seconds in which the body was waited for, and seconds since the answer. */
  waited: number;
  unread: number;
}

interface Window {
  seconds: number;
  /** Bytes that had passed when the window began. */
  passed: number;
}

/**
 * Watches the throughput of requests and answers. Only those seconds count in which this side waits for the client: a
 * body whose buffer is full waits for us, and so does an answer of which nothing is there to be sent.
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
    ...{ incoming, outgoing, begunAt: bytesRead, waited: 0, unread: 0 },
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

/** Counts a second, and tells at the end of a window whether too little has passed in it. */
function isTooSlow(window: Window, least: Throughput, waiting: boolean, passed: number): boolean {
  if (!waiting || ++window.seconds < least.seconds) return false;
  const slow = passed - window.passed < least.bytes;
  Object.assign(window, { seconds: 0, passed });
  return slow;
}

/** Node.js reads from the connection until this much is buffered, and then only as fast as the handler takes it. */
function isWaitedFor(incoming: ReceivedRequest): boolean {
  return !incoming.awaitsContinue && incoming.readableLength < incoming.readableHighWaterMark;
}

function isJson({ headers }: ReceivedRequest): boolean {
  return /^application\/(\S+\+)?json\b/i.test(headers['content-type'] ?? '');
}

/** Reads what the handler left of a body, up to a bound, and then closes the connection. */
function dropRest(incoming: ReceivedRequest, most: number): void {
  if (incoming.complete || incoming.failure) return;
  const begun = incoming.received;
  incoming.removeAllListeners('data');
  const count = () => {
    if (incoming.received - begun <= most) return;
    incoming.off('data', count).pause();
    incoming.socket.destroySoon();
  };
  incoming.on('data', count);
  // Read once at once: Node.js itself would else drop the body of a request that was never read, without a bound.
  incoming.read();
  incoming.resume();
}

function tooSlow(sentence: string): AppError {
  return new AppError(
    'request_timeout',
    `${sentence} Send it again, or go on where a resumable upload stands.`,
  );
}
