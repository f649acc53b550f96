import { parse } from 'content-disposition';
import type { OutboundAnswer } from '../outbound/outbound.ts';
import { fileName } from '../tasks/object-keys.ts';

/** Name of a file whose address has none. */
const NAMELESS = 'audio';

/** The name of the file behind a URL, until its server has named it: the last part of the path, or `audio`. */
export function nameInUrl(url: URL): string {
  return usable(decoded(url.pathname.split('/').findLast((part) => part !== ''))) ?? NAMELESS;
}

/** The name that the server gives the file: by `Content-Disposition` (RFC 6266), or by the path of the last URL. */
export function nameInAnswer({ headers, url }: Pick<OutboundAnswer, 'headers' | 'url'>): string {
  return usable(dispositionName(headers['content-disposition'])) ?? nameInUrl(url);
}

/** A `filename*` (RFC 8187) comes before a `filename`; headers arrive as Latin-1, though many servers send UTF-8. */
function dispositionName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  try {
    const { filename } = parse(header).parameters;
    return filename === undefined ? undefined : asUtf8(filename);
  } catch {
    return undefined;
  }
}

function asUtf8(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds texts that are Latin-1
  if (!/^[\u0000-\u00ff]*$/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}

function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function usable(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  try {
    return fileName(name);
  } catch {
    return undefined;
  }
}
