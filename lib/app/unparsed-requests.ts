import { subscribe } from 'node:diagnostics_channel';
import { IncomingMessage } from 'node:http';
import { ReceivedRequest } from '../http/received-request.ts';

/** Addresses that Express cannot decode, by request. */
const addresses = new WeakMap<IncomingMessage, string>();

let subscribed = false;

/**
 * Keeps functions-framework from parsing requests before the function sees them. Its parsers stand before every function
 * and have no option: broken JSON would get an HTML page, and the log its text with a stack, passwords included. With this
 * content type only its raw parser applies, which keeps the bytes. The routes read the type from the raw headers, which
 * stay. An address that Express cannot decode is replaced until `restoreAddress`.
 */
export function leaveRequestsUnparsed(): void {
  if (subscribed) return;
  subscribed = true;
  subscribe('http.server.request.start', (message) => {
    const request = requestOf(message);
    if (!request) return;
    if (request.headers['content-type']) request.headers['content-type'] = 'application/octet-stream';
    if (isDecodable(request.url ?? '')) return;
    addresses.set(request, request.url ?? '');
    request.url = '/';
  });
}

/** Gives a request the address back that its client sent. */
export function restoreAddress(request: IncomingMessage): void {
  request.url = addresses.get(request) ?? request.url;
}

/** The request that begins; undefined for servers of this program's own, which parse nothing themselves. */
function requestOf(message: unknown): IncomingMessage | undefined {
  if (typeof message !== 'object' || message === null || !('request' in message)) return undefined;
  const { request } = message;
  return request instanceof IncomingMessage && !(request instanceof ReceivedRequest) ? request : undefined;
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?')[0] ?? '');
    return true;
  } catch {
    return false;
  }
}
