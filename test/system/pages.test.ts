import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TARGETS } from '../../lib/app/targets.ts';
import { FORMATS } from '../../lib/audio/formats/formats.ts';
import { describeOptions } from '../../lib/audio/formats/options.ts';
import { PRESET_NAMES } from '../../lib/audio/formats/presets.ts';
import { ADAPTATIONS } from '../../lib/audio/media/adaptations.ts';
import { WARNINGS } from '../../lib/audio/media/warnings.ts';
import { VARIABLES } from '../../lib/config/variables.ts';
import { AppError, type ErrorCode, isFailure } from '../../lib/runtime/errors.ts';
import { apiDocument } from '../support/document.ts';
import { fenced, PAGES, pageText, prose, SHELL_BLOCKS, tableNames } from '../support/pages.ts';

/** Which test runs the commands under a heading of a page. */
const RUN: Readonly<Record<string, string>> = {
  'README.md: For programs': 'test/system/readme.test.ts',
  'README.md: In a terminal': 'test/system/command-line-pages.test.ts',
  'docs/cli.md: By a service': 'test/system/command-line-pages.test.ts',
  'docs/cli.md: On this machine': 'test/system/command-line-pages.test.ts',
  'README.md: From sign-up to result': 'test/system/readme.test.ts',
  'docs/api.md: Files of other servers': 'test/system/readme.test.ts',
  'docs/api.md: Events': 'test/system/readme.test.ts',
  'docs/api.md: Repeated requests': 'test/system/readme.test.ts',
  'docs/api.md: API keys': 'test/system/readme.test.ts',
  'docs/api.md: Batches': 'test/system/readme.test.ts',
  'docs/api.md: Covers': 'test/system/readme.test.ts',
  'docs/api.md: Upload sessions': 'test/system/readme.test.ts',
  'docs/api.md: Waveforms': 'test/system/readme.test.ts',
  'docs/api.md: Downloads': 'test/system/readme.test.ts',
  'docs/api.md: Loudness and spectrograms': 'test/system/readme.test.ts',
  'docs/api.md: Media information without a task': 'test/system/readme.test.ts',
  'docs/api.md: Plans': 'test/system/readme.test.ts',
  'docs/api.md: Several results': 'test/system/readme.test.ts',
  'docs/formats.md: Commands': 'test/system/readme.test.ts',
  'docs/formats.md: Saved presets': 'test/system/readme.test.ts',
  'docs/webhooks.md: Webhooks': 'test/system/readme.test.ts',
  'docs/google-cloud.md: Deploy': 'test/deploy/readme.test.ts',
  'docs/google-cloud.md: One function alone': 'test/system/functions-alone.long.test.ts',
  'docs/google-cloud.md: Conversion messages': 'test/system/functions-alone.long.test.ts',
  'docs/google-cloud.md: Events of the bucket': 'test/system/functions-alone.long.test.ts',
};

const MACHINE =
  'the commands install packages and services on a machine; tests run the npm scripts, the units and NFS';

const ENGINE = 'the commands need an engine for containers; the workflow runs them';

/** Commands that no test runs as they stand, and the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'docs/administration.md: Administrators':
    'on the machine of a service; test/system/administration.test.ts makes the same invitation',
  'README.md: Start':
    'the commands install over the packages of the tests; the CI script runs both on a clean checkout',
  'docs/backups.md: Backups': 'test/system/backups.long.test.ts runs the same commands',
  'docs/vms.md: Every machine': MACHINE,
  'docs/vms.md: The database and the share, once': MACHINE,
  'docs/vms.md: The services': MACHINE,
  'docs/container.md: In a container': ENGINE,
  'docs/container.md: API, worker and PostgreSQL': ENGINE,
  'docs/first-generation.md: Import users and tasks':
    'the commands need the old database; tests of the import run the same script',
};

/** Every code, by the section of docs/api.md that lists it; the compiler misses none. */
const CODES: Readonly<Record<ErrorCode, 'request' | 'task' | 'both'>> = {
  invalid_request: 'request',
  unauthenticated: 'request',
  insufficient_scope: 'request',
  suspended: 'request',
  sign_up_refused: 'request',
  wrong_password: 'request',
  not_found: 'request',
  method_not_allowed: 'request',
  taken: 'request',
  not_ready: 'request',
  not_uploaded: 'request',
  files_removed: 'request',
  invalid_image: 'request',
  upload_incomplete: 'request',
  upload_gap: 'request',
  upload_gone: 'request',
  upload_conflict: 'request',
  checksum_mismatch: 'request',
  request_timeout: 'request',
  too_large: 'both',
  size_mismatch: 'both',
  unsupported_media_type: 'request',
  unsupported_format: 'request',
  precondition_failed: 'request',
  range_not_satisfiable: 'request',
  idempotency_key_in_use: 'request',
  idempotency_key_reused: 'request',
  rate_limited: 'request',
  quota_exceeded: 'request',
  insufficient_storage: 'request',
  invalid_backup: 'request',
  not_empty: 'request',
  not_audio: 'task',
  no_audio: 'task',
  damaged: 'task',
  unsupported_codec: 'task',
  no_such_track: 'task',
  nothing_left: 'task',
  cannot_join: 'task',
  cannot_split: 'task',
  cannot_copy: 'task',
  already_lossy: 'task',
  too_long: 'task',
  result_too_large: 'task',
  timed_out: 'task',
  stalled: 'task',
  resource_limit: 'task',
  gave_up: 'task',
  url_refused: 'both',
  url_unreachable: 'task',
  url_too_large: 'task',
  misconfigured: 'request',
  unavailable: 'request',
  interrupted: 'request',
  internal: 'request',
};

describe('Pages for readers', () => {
  it('have only shell commands that a test runs, or that are listed with the reason why none does', () => {
    const headings = [...new Set(SHELL_BLOCKS.map(({ page, heading }) => `${page}: ${heading}`))];
    assert.deepEqual(headings.sort(), [...Object.keys(RUN), ...Object.keys(NOT_RUN)].sort());
    for (const [block, file] of Object.entries(RUN)) {
      const [page, heading] = block.split(': ');
      assert.ok(readFileSync(file, 'utf8').includes(`'${page}', '${heading}'`), `${file} runs ${block}`);
    }
  });

  it('show in their pictures of a terminal only requests that a test runs', () => {
    const run = new Set(SHELL_BLOCKS.flatMap(({ lines }) => lines));
    const shown = PAGES.flatMap(({ text }) => fenced(text, 'text')).flatMap((block) => block.split('\n'));
    const requests = shown.filter((line) => line.startsWith('$ curl')).map((line) => line.slice(2));
    assert.ok(requests.length > 0);
    assert.deepEqual(
      requests.filter((line) => !run.has(line)),
      [],
    );
  });

  it('lead only to files and headings that are there', () => {
    const broken = PAGES.flatMap(({ path, text }) =>
      [...prose(text).matchAll(/\]\(([^)]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !target.startsWith('https://') && !leadsSomewhere(path, target))
        .map((target) => `${path}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  it('are all reached from the README and from its pages', () => {
    const linked = new Set(
      PAGES.flatMap(({ path, text }) =>
        [...text.matchAll(/\]\(([^)#]+)/g)].map(([, target = '']) => join(dirname(path), target)),
      ),
    );
    assert.deepEqual(
      PAGES.map(({ path }) => path).filter((path) => path !== 'README.md' && !linked.has(path)),
      [],
    );
  });

  it('name only npm scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = PAGES.flatMap(({ text }) => [...text.matchAll(/npm (?:-s )?run ([a-z:-]+)/g)]).map(
      ([, name = '']) => name,
    );
    assert.ok(named.includes('doctor'));
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
    );
  });

  it('list every variable that is read, and no other', () => {
    const listed = tableNames('docs/configuration.md', 'Variables').filter((name) => /^[A-Z]/.test(name));
    assert.deepEqual(listed.sort(), Object.keys(VARIABLES.shape).sort());
  });

  it('list every format with its extension, and whether it keeps cover art', () => {
    const rows = [
      ...pageText('docs/formats.md').matchAll(/^\| `(\w+)` \| (\.\w+) \|.*\| (yes|no)\b[^|]*\|$/gm),
    ];
    assert.deepEqual(
      rows.map(([, name, extension, cover]) => ({ name, extension, cover })),
      FORMATS.map(({ name, extension, pictures }) => ({
        name,
        extension: `.${extension}`,
        cover: pictures ? 'yes' : 'no',
      })),
    );
  });

  it('list every option and every preset', () => {
    const options = FORMATS.flatMap((format) => Object.keys(Object(describeOptions(format).properties)));
    assert.deepEqual(tableNames('docs/formats.md', 'Options').sort(), [...new Set(options)].sort());
    assert.deepEqual(tableNames('docs/formats.md', 'Presets'), [...PRESET_NAMES]);
  });

  it('name only routes and options that there are to those who come from elsewhere', async () => {
    const text = pageText('docs/coming-from.md');
    const { paths } = await apiDocument();
    const routes = [...text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/api\/[^`?\s]*)/g)];
    assert.ok(routes.length > 15);
    for (const [, method = '', path = ''] of routes)
      assert.ok(method.toLowerCase() in (paths[path] ?? {}), `${method} ${path}`);
    const options = new Set(
      FORMATS.flatMap((format) => Object.keys(Object(describeOptions(format).properties))),
    );
    const named = [...text.matchAll(/--option (\w+)/g)].map(([, name = '']) => name);
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((name) => !options.has(name)),
      [],
    );
  });

  it('list every function', () => {
    assert.deepEqual(tableNames('docs/google-cloud.md', 'One function alone'), Object.keys(TARGETS));
  });

  it('list every error code of requests and of tasks', () => {
    const listed = (of: 'request' | 'task') =>
      Object.entries(CODES)
        .filter(([, kind]) => kind === of || kind === 'both')
        .map(([code]) => code)
        .sort();
    assert.deepEqual(tableNames('docs/api.md', 'Errors').sort(), listed('request'));
    assert.deepEqual(tableNames('docs/api.md', 'Failed tasks').filter(isCode).sort(), listed('task'));
    for (const code of tableNames('docs/api.md', 'Failed tasks').filter(isCode))
      assert.ok(isFailure(new AppError(code, 'A sentence.')), code);
  });

  it('list every code of a warning', () => {
    assert.deepEqual(tableNames('docs/api.md', 'Warnings'), Object.keys(WARNINGS));
    assert.deepEqual(tableNames('docs/api.md', 'Adaptations'), Object.keys(ADAPTATIONS));
  });

  it('use the words of the field', () => {
    for (const { path, text } of PAGES)
      assert.doesNotMatch(text, /\b(bells?|beside|cage|arrivals?|announcements?|verdict|wish)\b/i, path);
  });

  it('begin no sentence with a relative clause', () => {
    for (const { path, text } of PAGES)
      assert.doesNotMatch(prose(text), /(^|[.:!?] |\| |[-*\d.] )(What|Whoever|Who|Where|Of)\b/m, path);
  });

  it('begin with a README that is read in five minutes', () => {
    const lines = pageText('README.md').split('\n').length - 1;
    assert.ok(lines >= 120 && lines <= 200, `README.md has ${lines} lines`);
  });
});

function isCode(name: string): name is ErrorCode {
  return name in CODES;
}

function leadsSomewhere(page: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? page : join(dirname(page), file);
  if (!existsSync(path)) return false;
  return anchor === undefined || anchors(readFileSync(path, 'utf8')).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchors(text: string): string[] {
  const headings = text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
