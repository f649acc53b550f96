import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Signs tokens as Google does, and publishes its keys on loopback. */
export interface Issuer {
  keys(): URL;
  /** A token that is good for `AUDIENCE` and `CALLER`, but for what `claims` change; undefined removes one. */
  token(claims?: Record<string, unknown>): Promise<string>;
}

export const AUDIENCE = 'https://convert.example.org';
export const CALLER = 'push@project.iam.gserviceaccount.com';

/** An issuer for the `describe` it is called in. */
export function testIssuer(): Issuer {
  let server: Server;
  let url: URL;
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  before(async () => {
    pair = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    server = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    url = new URL(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/certs`);
  });
  after(() => server.close());
  return {
    keys: () => url,
    async token(claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      const standard = { iss: 'https://accounts.google.com', aud: AUDIENCE, iat: now, exp: now + 3600 };
      const payload = { ...standard, sub: '1', email: CALLER, email_verified: true, ...claims };
      return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(pair.privateKey);
    },
  };
}
