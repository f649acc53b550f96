import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** By names in lower case. */
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** A request that no client would write: every part goes over the wire as it is. */
export interface RawRequest {
  method?: string;
  target: string;
  /** Whole lines, without the end of the line. */
  headers?: readonly string[];
  body?: string | Uint8Array;
  /** Instead of the true length. */
  length?: number;
  /** Of HTTP; default 1.1. */
  version?: '1.0' | '1.1';
}

/** Writes a request, and reads until the server closes the connection; of a stream of events only the beginning. */
export async function sendRaw(url: string, request: RawRequest): Promise<RawAnswer> {
  const socket = await open(url);
  // A server that refuses may close while the rest is on its way.
  socket.on('error', () => undefined);
  socket.write(bytesOf(request));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    if (/^content-type: text\/event-stream\r$/im.test(String(chunks[0]))) socket.destroy();
  });
  await once(socket, 'close');
  return answerOf(Buffer.concat(chunks));
}

/** Writes a part of a request, and breaks the connection once the server has seen it. */
export async function breakOff(
  url: string,
  request: RawRequest,
  seen: () => Promise<unknown>,
): Promise<void> {
  const socket = await open(url);
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(bytesOf(request));
  await seen();
  socket.resetAndDestroy();
}

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

function bytesOf({
  method = 'GET',
  target,
  headers = [],
  body,
  length,
  version = '1.1',
}: RawRequest): Buffer {
  const content = Buffer.from(body ?? '');
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : ['Host: localhost'];
  const size = body === undefined ? [] : [`Content-Length: ${length ?? content.length}`];
  const lines = [`${method} ${target} HTTP/${version}`, ...host, 'Connection: close', ...size, ...headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content]);
}

function answerOf(bytes: Buffer): RawAnswer {
  const text = bytes.toString();
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const pairs = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const headers = new Map(pairs);
  const rest = text.slice(end + 4);
  const body = headers.get('transfer-encoding') === 'chunked' ? unchunked(rest) : rest;
  return { status: Number(first.split(' ')[1]), headers, body };
}

/** Texts of ASCII only. */
function unchunked(text: string): string {
  const [, size = '0', rest = ''] = /^([0-9a-f]+)\r\n(.*)$/is.exec(text) ?? [];
  const length = Number.parseInt(size, 16);
  return length === 0 ? '' : rest.slice(0, length) + unchunked(rest.slice(length + 2));
}
