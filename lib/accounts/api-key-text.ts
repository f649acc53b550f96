import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Secret scanners find a leaked key by this prefix. */
const PREFIX = 'tm_';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Digits of 32 random bytes in base 62 (43), and of a CRC32 (6). */
const LENGTH = { secret: 43, checksum: 6 };

const SHAPE = new RegExp(`^${PREFIX}([0-9A-Za-z]{${LENGTH.secret}})([0-9A-Za-z]{${LENGTH.checksum}})$`);

/** Makes the text of a new API key: a prefix, a secret of 256 bits, and a checksum of the secret. */
export function newKeyText(): string {
  const secret = Array.from({ length: LENGTH.secret }, () => DIGITS[randomInt(DIGITS.length)]).join('');
  return `${PREFIX}${secret}${checksum(secret)}`;
}

/** Whether a text has the prefix of API keys, and so is no access token. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Whether the checksum is right; a mistyped key is refused without a query. */
export function isKeyText(text: string): boolean {
  const [, secret, given] = SHAPE.exec(text) ?? [];
  return secret !== undefined && given === checksum(secret);
}

/** A fast hash is enough for 256 random bits. */
export function hashOfKey(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function checksum(secret: string): string {
  let value = crc32(secret);
  let digits = '';
  for (let left = LENGTH.checksum; left > 0; left--) {
    digits = `${DIGITS[value % DIGITS.length]}${digits}`;
    value = Math.floor(value / DIGITS.length);
  }
  return digits;
}
