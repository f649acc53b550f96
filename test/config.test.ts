import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { loadConfig } from '../lib/config.ts';
import { hasCode } from '../lib/errors.ts';

describe('loadConfig', () => {
  it('serves a laptop without any variable set', () => {
    const config = loadConfig({});
    assert.equal(config.port, 8080);
    assert.equal(config.data, resolve('.tonemill'));
    assert.deepEqual(config.storage, {
      originals: resolve('.tonemill/originals'),
      results: resolve('.tonemill/results'),
    });
    assert.deepEqual(config.database, { kind: 'embedded' });
    assert.equal(config.paused, false);
  });

  it('takes an empty value for none', () => {
    assert.equal(loadConfig({ PORT: '', FFMPEG_PATH: '' }).port, 8080);
    assert.equal(loadConfig({ FFMPEG_PATH: '' }).ffmpegPath, undefined);
  });

  it('holds a function to 31 MiB of file, however much is configured', () => {
    const bytes = String(10 ** 10);
    assert.equal(loadConfig({ MAX_UPLOAD_BYTES: bytes }, 'functions').limits.uploadBytes, 31 * 1024 * 1024);
    assert.equal(loadConfig({ MAX_UPLOAD_BYTES: bytes }).limits.uploadBytes, 10 ** 10);
  });

  it('reports all problems in one error, each with its variable', () => {
    assert.throws(
      () => loadConfig({ PORT: 'x', DATABASE: 'mysql', PAUSED: 'yes', SERVICE_CREDENTIAL: 'short' }),
      (error) =>
        hasCode(error, 'misconfigured') &&
        error.details.map(({ path }) => path).join() === 'PORT,DATABASE,SERVICE_CREDENTIAL,PAUSED' &&
        error.message.includes('PORT: expected a whole number from 0 to 65535'),
    );
  });

  it('wants a URL where the database is one', () => {
    assert.throws(
      () => loadConfig({ DATABASE: 'url' }),
      (error) => hasCode(error, 'misconfigured') && error.details[0]?.path === 'DATABASE_URL',
    );
    const url = 'postgres://u:p@127.0.0.1/x';
    assert.deepEqual(loadConfig({ DATABASE: 'url', DATABASE_URL: url }).database, { kind: 'url', url });
  });

  it('never repeats a value, which may be a secret', () => {
    assert.throws(
      () => loadConfig({ SERVICE_CREDENTIAL: 'hunter2' }),
      (error) => error instanceof Error && !error.message.includes('hunter2'),
    );
  });

  it('answers a frozen value', () => assert.ok(Object.isFrozen(loadConfig({}))));
});
