import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive: (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer> = promisify(argon2);

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 };

/** @returns the hash in PHC string format, `$argon2id$v=19$m=...,t=...,p=...$salt$hash` */
export async function hash(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const hash = await derive('argon2id', { message: password, nonce, tagLength: 32, ...COST });
  return phc(nonce, hash);
}

/** A hash without a known password; its verification takes as long as that of a real hash. */
export const NOBODYS_HASH = phc(Buffer.alloc(16), Buffer.alloc(32));

/** Whether `phc` is a hash of `password`. Throws a TypeError for any other string. */
export async function matches(password: string, phc: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(phc);
  if (!match) throw new TypeError('expected an argon2id hash in PHC string format');
  const [, memory, passes, parallelism, salt = '', stored = ''] = match;
  const expected = Buffer.from(stored, 'base64');
  const found = await derive('argon2id', {
    message: password,
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return timingSafeEqual(found, expected);
}

function phc(nonce: Buffer, hash: Buffer): string {
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(hash)}`;
}

/** Base64 without padding, as the PHC format requires. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/={1,2}$/, '');
}
