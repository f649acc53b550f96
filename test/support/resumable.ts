import { request } from 'node:http';

/** What a server of resumable uploads answered. */
export interface Answer {
  status: number;
  /** Bytes that it says it has, after 308. */
  received: number;
  /** The `code` of a problem, where there is one. */
  code: string | undefined;
}

/** Pieces before the last are multiples of this. */
export const PIECE = 256 * 1024;

/** A client of Cloud Storage's resumable uploads, which knows nothing of whose URL it has. */
export interface ResumableUpload {
  /** One request; `range` is its Content-Range. */
  put(body: Uint8Array, range?: string): Promise<Answer>;
  /** How much was received, `total` being the file's size where it is to be said. */
  ask(total?: number): Promise<Answer>;
  cancel(): Promise<number>;
  /** Sends bytes `first` to the end of one piece, and breaks the connection after `sent` bytes of it. */
  breakOff(file: Uint8Array, first: number, sent: number): Promise<void>;
  /** Asks, and sends whatever is missing in pieces of `size` bytes, until the file is whole. */
  finish(file: Uint8Array, size?: number): Promise<Answer>;
}

export function resumableUpload(url: string, headers: Record<string, string> = {}): ResumableUpload {
  const put = async (body: Uint8Array, range?: string) => {
    const ranged = range === undefined ? {} : { 'Content-Range': range };
    const init = { method: 'PUT', headers: { ...headers, ...ranged }, body: Uint8Array.from(body) };
    return answerOf(await fetch(url, init));
  };
  const ask = (total?: number) => put(new Uint8Array(), `bytes */${total ?? '*'}`);
  return {
    put,
    ask,
    async cancel() {
      return (await fetch(url, { method: 'DELETE' })).status;
    },
    breakOff: (file, first, sent) => breakOff(url, headers, file, first, sent),
    async finish(file, size = 4 * PIECE) {
      let answer = await ask(file.length);
      while (answer.status === 308) {
        const { received } = answer;
        const end = Math.min(file.length, received + size);
        answer = await put(file.subarray(received, end), `bytes ${received}-${end - 1}/${file.length}`);
      }
      return answer;
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const last = /^bytes=0-(\d+)$/.exec(response.headers.get('range') ?? '')?.[1];
  const problem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const body: unknown = problem ? await response.json() : await response.arrayBuffer();
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : undefined;
  return { status: response.status, received: last === undefined ? 0 : Number(last) + 1, code };
}

/** fetch can't break a connection on purpose, so this speaks to the socket; it waits until the bytes are handed over. */
function breakOff(
  url: string,
  headers: Record<string, string>,
  file: Uint8Array,
  first: number,
  sent: number,
): Promise<void> {
  return new Promise((resolve) => {
    const range = `bytes ${first}-${file.length - 1}/${file.length}`;
    const length = String(file.length - first);
    const put = request(url, {
      method: 'PUT',
      headers: { ...headers, 'Content-Range': range, 'Content-Length': length },
    });
    put.on('error', () => resolve());
    put.on('close', () => resolve());
    put.write(file.subarray(first, first + sent), () => put.socket?.end(() => put.destroy()));
  });
}
