import { createPublicKey } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { z } from 'zod';
import { JWT_ALGORITHM } from '../../lib/accounts/signing-keys.ts';

/** Claims of a token that is valid, but for what is forged about it. */
interface Claims {
  audience: string;
  subject: number;
  /** Other claims. */
  [name: string]: unknown;
}

/** Makes tokens that no route may accept, each wrong in one thing, by the name of that. */
export interface Forgery {
  (claims: Claims): Promise<Record<string, string>>;
  /** A token that nothing is wrong with. */
  valid(claims: Claims): Promise<string>;
}

const KIND = { typ: 'JWT' };
const KEY = z.looseObject({ kty: z.string(), kid: z.string(), d: z.string() });
const KEYS = z.object({ keys: z.tuple([KEY], KEY) });

/** @param keys JWK set of the service, as JSON; the first key signs */
export async function createForgery(keys: string): Promise<Forgery> {
  const [own] = KEYS.parse(JSON.parse(keys)).keys;
  const { d: _, ...half } = own;
  const pem = createPublicKey({ key: { ...half }, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const ownKey = await importJWK(own, JWT_ALGORITHM);
  const foreign = (await generateKeyPair(JWT_ALGORITHM, { extractable: true })).privateKey;
  const foreignHalf = await exportJWK((await generateKeyPair(JWT_ALGORITHM)).publicKey);
  const signer = ({ audience, subject, ...others }: Claims) => {
    const now = Math.floor(Date.now() / 1000);
    const standard = { iss: 'tonemill', aud: audience, sub: String(subject), iat: now, exp: now + 600 };
    const claims = { ...standard, ...others };
    const signed = (changed: object, header: object = {}, key: Parameters<SignJWT['sign']>[0] = ownKey) =>
      new SignJWT({ ...claims, ...changed })
        .setProtectedHeader({ alg: JWT_ALGORITHM, kid: own.kid, ...KIND, ...header })
        .sign(key);
    return { claims, signed };
  };
  const forge = async (wanted: Claims) => {
    const { claims, signed } = signer(wanted);
    const { exp, iat } = claims;
    return {
      'no signature, by the algorithm none': new UnsecuredJWT(claims).encode(),
      'HMAC with the public key as PEM': await signed({}, { alg: 'HS256' }, Buffer.from(pem)),
      'HMAC with the public key as JSON': await signed(
        {},
        { alg: 'HS256' },
        Buffer.from(JSON.stringify(half)),
      ),
      'another key under the name of the key': await signed({}, {}, foreign),
      'another key under its own name': await signed({}, { kid: 'foreign' }, foreign),
      'a key in the header': await signed({}, { jwk: foreignHalf, kid: undefined }, foreign),
      'another audience': await signed({ aud: 'another' }),
      'another issuer': await signed({ iss: 'https://accounts.google.com' }),
      'a time that is over': await signed({ iat: iat - 7200, exp: exp - 3600 }),
      'no end': await signed({ exp: undefined }),
      'no user': await signed({ sub: '0' }),
    };
  };
  return Object.assign(forge, { valid: (wanted: Claims) => signer(wanted).signed({}) });
}
