import assert from 'node:assert/strict';
import { Storage } from '@google-cloud/storage';
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import { stub } from 'sinon';
import { z } from 'zod';
import { createBucketStorage } from '../../../../lib/adapters/storage/gcs.ts';

const EMAIL = 'tasks@project.iam.gserviceaccount.com';

/** An account as a function runs as: known by its email, with no private key. */
function keyless(asked: { url: unknown; data: unknown }[]): GoogleAuth {
  const auth = new GoogleAuth({ authClient: new OAuth2Client() });
  stub(auth, 'getCredentials').resolves({ client_email: EMAIL });
  stub(auth, 'request').callsFake(async ({ url, data }) => {
    asked.push({ url, data });
    return Object.assign(new Response(), {
      config: { url: new URL(String(url)), headers: new Headers() },
      data: { signedBlob: Buffer.from('signed by IAM').toString('base64') },
    });
  });
  return auth;
}

describe('Signed URLs of a bucket', () => {
  it('are signed by the IAM signBlob API where there is no private key', async () => {
    const asked: { url: unknown; data: unknown }[] = [];
    const bucket = new Storage({ authClient: keyless(asked) }).bucket('results');
    const storage = createBucketStorage(async () => bucket);
    const link = await storage.signedUrl('7/1/song.mp3', { name: 'song.mp3', mimeType: 'audio/mpeg' });
    const { origin, pathname, searchParams } = new URL(link ?? '');
    assert.equal(origin + pathname, 'https://storage.googleapis.com/results/7/1/song.mp3');
    assert.equal(searchParams.get('X-Goog-Signature'), Buffer.from('signed by IAM').toString('hex'));
    assert.match(searchParams.get('X-Goog-Credential') ?? '', /^tasks@project\.iam\.gserviceaccount\.com\//);
    const account = `projects/-/serviceAccounts/${EMAIL}:signBlob`;
    const [call] = asked;
    assert.equal(asked.length, 1);
    assert.equal(call?.url, `https://iamcredentials.googleapis.com/v1/${account}`);
    const { payload } = z.object({ payload: z.base64() }).parse(call.data);
    assert.match(Buffer.from(payload, 'base64').toString(), /^GOOG4-RSA-SHA256\n/);
  });
});
