import assert from 'node:assert/strict';
import { z } from 'zod';
import { createHttp } from '../../../../lib/http/router.ts';
import { type SiteRouteDependencies, siteRoutes } from '../../../../lib/http/routes/docs-and-health.ts';
import { LEVELS, type Sandbox, type SandboxLevel } from '../../../../lib/process/sandbox.ts';
import { AppError, type ErrorCode } from '../../../../lib/runtime/errors.ts';
import { silentLog } from '../../../../lib/runtime/log.ts';

const READY = z.object({ notices: z.array(z.string()) });
const PROBLEM = z.object({ code: z.literal('unavailable'), detail: z.string() });

const well = async () => undefined;
const throwing = (code: ErrorCode, sentence: string) => async () => {
  throw new AppError(code, sentence);
};
const sandboxAt =
  (level: SandboxLevel): (() => Promise<Sandbox>) =>
  async () => ({
    level,
    ...{ parts: [], warnings: [], user: undefined, limitsResources: true, endsWithParent: true },
    enclose: () => {
      throw new TypeError('nothing runs here');
    },
  });

describe('GET /ready', () => {
  const ask = async (changed: Partial<SiteRouteDependencies>) => {
    const http = createHttp(silentLog);
    const parts = { documented: async () => [], process: well, checks: {}, room: well, log: silentLog };
    http.route('/', siteRoutes({ ...parts, sandbox: sandboxAt('landlock'), ...changed }));
    return http.request('/ready');
  };

  it('says which parts fail, and why as far as that is for callers', async () => {
    const answer = await ask({
      process: throwing('unavailable', 'The process lacks file descriptors.'),
      checks: {
        database: throwing('unavailable', 'Too many queries wait for the database.'),
        storage: throwing('misconfigured', '/nfs/secret has no marker.'),
        queue: async () => {
          throw new Error('connect ECONNREFUSED 10.1.2.3:5432');
        },
        cache: well,
      },
      sandbox: throwing('misconfigured', 'SANDBOX is required, and /usr/bin/ffmpeg does not start.'),
    });
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '5');
    const parts = [
      'process: The process lacks file descriptors',
      'database: Too many queries wait for the database',
      'storage is not configured as it must be',
      'queue did not answer',
      'sandbox is not configured as it must be',
    ];
    assert.equal(PROBLEM.parse(await answer.json()).detail, `Not ready: ${parts.join('; ')}.`);
  });

  it('is ready on a disk that is nearly full, and says so', async () => {
    const full = 'The disk of the service is nearly full, so that it takes no uploads. Try again later.';
    const answer = await ask({ room: throwing('insufficient_storage', full) });
    assert.equal(answer.status, 200);
    assert.deepEqual(READY.parse(await answer.json()).notices, [`storage: ${full}`]);
  });

  it('says in words what a weak sandbox leaves open, and nothing of a strong one', async () => {
    for (const level of LEVELS) {
      const [notice = ''] = READY.parse(await (await ask({ sandbox: sandboxAt(level) })).json()).notices;
      const isWeak = level === 'seccomp' || level === 'limits';
      assert.equal(notice !== '', isWeak, level);
      if (isWeak) assert.match(notice, new RegExp(`^sandbox: at level ${level}, .*files of the service`));
      assert.equal(notice.includes('network'), level === 'limits');
    }
  });
});
