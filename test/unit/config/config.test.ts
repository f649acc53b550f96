import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { loadConfig } from '../../../lib/config/config.ts';
import type { Mode } from '../../../lib/config/variables.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';

describe('loadConfig', () => {
  it('serves a laptop without any variable set', () => {
    const config = loadConfig({});
    assert.equal(config.port, 8080);
    assert.equal(config.data, resolve('.tonemill'));
    assert.deepEqual(config.storage, {
      kind: 'nfs',
      originals: resolve('.tonemill/originals'),
      results: resolve('.tonemill/results'),
    });
    assert.deepEqual(config.queue, { kind: 'postgres' });
    assert.deepEqual(config.database, { kind: 'embedded' });
    assert.equal(config.oidc, undefined);
    assert.equal(config.paused, false);
  });

  const CLOUD = {
    STORAGE: 'gcs',
    GCS_ORIGINALS: 'in',
    GCS_RESULTS: 'out',
    QUEUE: 'pubsub',
    DATABASE: 'cloudsql',
    CLOUDSQL_INSTANCE: 'project:region:name',
    DATABASE_USER: 'convert@project.iam',
    OIDC_AUDIENCE: 'https://convert.example.org, https://other.example.org',
    OIDC_CALLERS: 'push@project.iam.gserviceaccount.com',
  };
  const problemsOf = (env: NodeJS.ProcessEnv, mode: Mode) => {
    try {
      loadConfig(env, mode);
      return [];
    } catch (error) {
      assert.ok(hasCode(error, 'misconfigured'));
      return error.details.map(({ path }) => path);
    }
  };

  it('serves a function in the cloud', () => {
    const config = loadConfig(CLOUD, 'functions');
    const emulator = undefined;
    assert.deepEqual(config.storage, { kind: 'gcs', originals: 'in', results: 'out', emulator });
    const names = {
      topic: 'conversions',
      subscription: 'conversions-worker',
      deliveriesTopic: 'deliveries',
      transfersTopic: 'transfers',
    };
    assert.deepEqual(config.queue, { kind: 'pubsub', ...names, maxMessages: 40, emulator });
    assert.deepEqual(config.database, {
      kind: 'cloudsql',
      instance: 'project:region:name',
      name: 'tonemill',
      user: 'convert@project.iam',
      address: 'PRIVATE',
    });
    assert.deepEqual(config.oidc, {
      audiences: ['https://convert.example.org', 'https://other.example.org'],
      callers: ['push@project.iam.gserviceaccount.com'],
      signatureRemoved: false,
    });
  });

  it('finds the share of the first generation on a VM', () => {
    const env = { DATABASE: 'url', DATABASE_URL: 'postgres://127.0.0.1/x' };
    const roots = { originals: '/nfs/home/files', results: '/nfs/home/converted' };
    assert.deepEqual(loadConfig(env, 'vm').storage, { kind: 'nfs', ...roots });
    assert.deepEqual(problemsOf({ ...env, NFS_ORIGINALS: roots.results }, 'vm'), ['NFS_RESULTS']);
  });

  const refused: [string, NodeJS.ProcessEnv, Mode, string[]][] = [
    ['one bucket for originals and results', { ...CLOUD, GCS_RESULTS: 'in' }, 'functions', ['GCS_RESULTS']],
    ['one folder for both', { NFS_ORIGINALS: '/a/', NFS_RESULTS: '/b/../a' }, 'local', ['NFS_RESULTS']],
    ['buckets without names', { STORAGE: 'gcs' }, 'local', ['GCS_ORIGINALS', 'GCS_RESULTS']],
    ['Cloud SQL without a name', { DATABASE: 'cloudsql' }, 'vm', ['CLOUDSQL_INSTANCE', 'DATABASE_USER']],
    ['a VM on an embedded database', {}, 'vm', ['DATABASE']],
    ['the cloud without an audience', { ...CLOUD, OIDC_AUDIENCE: ' , ' }, 'functions', ['OIDC_AUDIENCE']],
    ['Cloud Run without an audience', { K_SERVICE: 'convert' }, 'functions', ['OIDC_AUDIENCE']],
    [
      'convert without callers',
      { ...CLOUD, FUNCTION_TARGET: 'convert', OIDC_CALLERS: '' },
      'functions',
      ['OIDC_CALLERS'],
    ],
    ['tokens without signature elsewhere', { OIDC_SIGNATURE: 'removed' }, 'functions', ['OIDC_SIGNATURE']],
  ];
  for (const [what, env, mode, paths] of refused) {
    it(`refuses ${what}`, () => assert.deepEqual(problemsOf(env, mode), paths));
  }

  it('lets emulators be used without an audience', () => {
    const { OIDC_AUDIENCE: _, ...env } = { ...CLOUD, DATABASE: 'embedded', OIDC_CALLERS: '' };
    const hosts = { STORAGE_EMULATOR_HOST: 'http://127.0.0.1:4443', PUBSUB_EMULATOR_HOST: '127.0.0.1:8085' };
    assert.deepEqual(problemsOf(env, 'functions'), ['OIDC_AUDIENCE']);
    assert.equal(loadConfig({ ...env, ...hosts }, 'functions').oidc, undefined);
  });

  it('trusts no proxy but those that are named, and on Cloud Run the one that is always there', () => {
    const trusted = (env: NodeJS.ProcessEnv) => loadConfig(env).trustedProxies;
    assert.equal(trusted({}), 0);
    assert.equal(trusted({ K_SERVICE: 'site' }), 1);
    assert.equal(trusted({ K_SERVICE: 'site', TRUST_PROXY: '2' }), 2);
    assert.deepEqual(trusted({ TRUST_PROXY: '10.0.0.0/8, ::1' }), ['10.0.0.0/8', '::1']);
    for (const text of [
      'true',
      '-1',
      '100',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0',
      '::1/129',
      'a.example.org',
      ',',
    ])
      assert.throws(() => trusted({ TRUST_PROXY: text }), /TRUST_PROXY: expected a number of proxies/, text);
  });

  it('takes exact origins for pages of other sites, or all, and refuses anything else', () => {
    const origins = (env: NodeJS.ProcessEnv) => loadConfig(env).corsOrigins;
    assert.deepEqual(origins({}), []);
    assert.equal(origins({ CORS_ORIGINS: '*' }), '*');
    const listed = 'https://audio.example.org, http://localhost:5173,http://[::1]:8080';
    assert.deepEqual(origins({ CORS_ORIGINS: listed }), listed.split(/, ?/));
    for (const text of [
      'audio.example.org',
      'https://audio.example.org/',
      'https://audio.example.org/path',
      'https://audio.example.org:443',
      'https://Audio.example.org',
      'https://*.example.org',
      'https://ann@audio.example.org',
      'https://audio.example.org,',
      'https://audio.example.org https://b.example.org',
      '*,https://audio.example.org',
      'null',
      'file:///',
      'ftp://audio.example.org',
    ])
      assert.throws(
        () => origins({ CORS_ORIGINS: text }),
        /CORS_ORIGINS: expected \*, or origins such as/,
        text,
      );
  });

  it('logs from info on, by the kind of output, and always as JSON on Cloud Run', () => {
    assert.deepEqual(loadConfig({}).log, { level: 'INFO', format: undefined });
    const env = { LOG_LEVEL: 'debug', LOG_FORMAT: 'pretty' };
    assert.deepEqual(loadConfig(env).log, { level: 'DEBUG', format: 'pretty' });
    assert.equal(loadConfig({ K_SERVICE: 'site' }).log.format, 'json');
    assert.deepEqual(problemsOf({ LOG_LEVEL: 'trace', LOG_FORMAT: 'xml' }, 'local'), [
      'LOG_LEVEL',
      'LOG_FORMAT',
    ]);
  });

  it('takes an empty value for none', () => {
    assert.equal(loadConfig({ PORT: '', FFMPEG_PATH: '' }).port, 8080);
    assert.equal(loadConfig({ FFMPEG_PATH: '' }).ffmpegPath, undefined);
  });

  it('holds a form to a function to 31 MiB of file, however much is configured', () => {
    const bytes = String(10 ** 10);
    assert.equal(loadConfig({ MAX_UPLOAD_BYTES: bytes }, 'functions').limits.formBytes, 31 * 1024 * 1024);
    assert.equal(loadConfig({ MAX_UPLOAD_BYTES: bytes }, 'functions').limits.uploadBytes, 10 ** 10);
    assert.equal(loadConfig({ MAX_UPLOAD_BYTES: bytes }).limits.formBytes, 10 ** 10);
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
