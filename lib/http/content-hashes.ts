import type { Hashes, HashName } from '../ports/tasks.ts';
import { AppError } from '../runtime/errors.ts';

/** Length of each hash in bytes. */
const LENGTHS: Record<HashName, number> = { crc32c: 4, md5: 16, sha256: 32, sha512: 64 };

/** Names in the registry of RFC 9530, 7.2, which Digest (RFC 3230) shares. */
const REGISTERED: ReadonlyMap<string, HashName> = new Map([
  ['crc32c', 'crc32c'],
  ['md5', 'md5'],
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

/** Names that Cloud Storage knows ("HTTP headers and query string parameters"). */
const GOOGLE: ReadonlyMap<string, HashName> = new Map([
  ['crc32c', 'crc32c'],
  ['md5', 'md5'],
]);

/** `name=base64`; values of Digest may contain `=` as well. */
const PLAIN = /^([A-Za-z0-9*_.-]+)=([A-Za-z0-9+/]+={0,2})$/;

/** `name=:base64:`, with parameters that are ignored (RFC 8941, 3.2 and 3.3.5). */
const STRUCTURED = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:[ ]*;.*)?$/;

/** Any other member of a dictionary, which is ignored. */
const OTHER_PLAIN = /^[A-Za-z0-9*_.-]+=\S+$/;

/**
 * Hashes of the whole file: `x-goog-hash` (of the object), `Repr-Digest` (of the representation, even if a request has
 * only a part of it: RFC 9530, 3) and its predecessor `Digest` (RFC 3230, 4.3.2). Unknown algorithms are ignored, as
 * RFC 9530 requires. Throws `invalid_request` if a header is malformed or two hashes contradict each other.
 */
export function fileHashes(headers: Headers): Hashes {
  return merged([
    ...entries('x-goog-hash', headers, PLAIN, GOOGLE),
    ...entries('Digest', headers, PLAIN, REGISTERED),
    ...entries('Repr-Digest', headers, STRUCTURED, REGISTERED),
  ]);
}

/**
 * Hashes of the body of one request: `Content-Digest` (RFC 9530, 2) and `Content-MD5` (RFC 1864). Throws as
 * `fileHashes`.
 */
export function bodyHashes(headers: Headers): Hashes {
  const md5 = headers.get('Content-MD5');
  return merged([
    ...(md5 === null ? [] : [entry('Content-MD5', 'md5', md5)]),
    ...entries('Content-Digest', headers, STRUCTURED, REGISTERED),
  ]);
}

interface Entry {
  header: string;
  name: HashName;
  value: string;
}

function entries(
  header: string,
  headers: Headers,
  syntax: RegExp,
  names: ReadonlyMap<string, HashName>,
): Entry[] {
  const members = (headers.get(header) ?? '').split(',').map((member) => member.trim());
  const found = members.flatMap((member) => {
    if (member === '') return [];
    const [, key = '', value = ''] = syntax.exec(member) ?? [];
    const name = names.get((key || member.split('=')[0] || '').toLowerCase());
    if (name) return [entry(header, name, value)];
    if (key === '' && !OTHER_PLAIN.test(member)) throw malformed(header);
    return [];
  });
  // If a structured dictionary has a key twice, the last one applies (RFC 8941, 3.2).
  return syntax === STRUCTURED ? [...new Map(found.map((each) => [each.name, each])).values()] : found;
}

/** Padding may be missing (RFC 8941, 4.2.7). */
function entry(header: string, name: HashName, text: string): Entry {
  const bytes = Buffer.from(text, 'base64');
  const value = bytes.toString('base64');
  const bare = (encoded: string) => encoded.replace(/(?<!=)=+$/, '');
  if (bytes.length !== LENGTHS[name] || bare(value) !== bare(text)) throw malformed(header, name);
  return { header, name, value };
}

function merged(all: readonly Entry[]): Hashes {
  const hashes: Partial<Record<HashName, string>> = {};
  for (const { header, name, value } of all) {
    const known = hashes[name];
    if (known !== undefined && known !== value)
      throw new AppError(
        'invalid_request',
        `The request has two different ${name} hashes; the second is in ${header}.`,
      );
    hashes[name] = value;
  }
  return hashes;
}

function malformed(header: string, name?: HashName): AppError {
  const expected = name
    ? `${LENGTHS[name]} bytes in base64 for ${name}`
    : 'a list of algorithms with their hashes in base64';
  return new AppError('invalid_request', `The header ${header} is malformed: expected ${expected}.`);
}
