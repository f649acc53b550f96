import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts texts that are read again only by those who know a second secret. */
export interface TextSealer {
  /** @param second secret that `open` needs as well, of any length */
  seal(text: string, second: string): Buffer;
  /** Undefined for another second secret, and for a text that was sealed by a secret that is no longer known. */
  open(sealed: Buffer, second: string): string | undefined;
}

const CIPHER = 'aes-256-gcm';

/** Lengths in bytes: salt of the key's derivation, and tag of the cipher. */
const [SALT, TAG] = [16, 16];

/** Each key encrypts one text, so that its nonce may be the same (NIST SP 800-38D, 8). */
const NONCE = Buffer.alloc(12);

/** @param secrets those of this moment: the first seals, all open */
export function createTextSealer(secrets: () => readonly [string, ...string[]]): TextSealer {
  return {
    seal(text, second) {
      const salt = randomBytes(SALT);
      const cipher = createCipheriv(CIPHER, keyOf(secrets()[0], second, salt), NONCE);
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([salt, cipher.getAuthTag(), encrypted]);
    },
    open(sealed, second) {
      for (const secret of secrets()) {
        const text = opened(sealed, secret, second);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

/** HKDF (RFC 5869). The length before the first secret keeps both apart. */
function keyOf(secret: string, second: string, salt: Buffer): Buffer {
  const material = `${secret.length}:${secret}${second}`;
  return Buffer.from(hkdfSync('sha256', material, salt, 'tonemill sealed text', 32));
}

function opened(sealed: Buffer, secret: string, second: string): string | undefined {
  const salt = sealed.subarray(0, SALT);
  const decipher = createDecipheriv(CIPHER, keyOf(secret, second, salt), NONCE, { authTagLength: TAG });
  try {
    decipher.setAuthTag(sealed.subarray(SALT, SALT + TAG));
    return Buffer.concat([decipher.update(sealed.subarray(SALT + TAG)), decipher.final()]).toString('utf8');
  } catch {
    // Another key fails at the tag; there is nothing else that can fail.
    return undefined;
  }
}
