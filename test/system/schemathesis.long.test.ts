import assert from 'node:assert/strict';
import { z } from 'zod';
import { installSchemathesis, runSchemathesis } from '../schemathesis/run.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type Program, startProgram } from '../support/program.ts';
import { post } from '../support/service.ts';

const USER = { user: 'eve', email: 'eve@example.net' };

/** No example of the document has it, so that no generated request removes the account. */
const PASSWORD = 'seven quiet otters';

const SESSION = z.object({ token: z.string() });

describe('Requests that Schemathesis generates from the OpenAPI document', function () {
  this.timeout(900_000);
  let schemathesis = '';
  let program: Program | undefined;
  const folder = temporaryFolder(async () => {
    await program?.end('SIGTERM');
  });

  before(async function () {
    const installed = await installSchemathesis();
    if (installed) schemathesis = installed;
    else {
      console.warn('      Without python3 to install it, what needs Schemathesis is left out.');
      this.skip();
    }
  });

  it('are answered as it says, and none makes an ERROR of the service', async () => {
    const { PATH } = process.env;
    program = await startProgram({ PATH, PORT: '0', TONEMILL_DATA: folder(), LOG_FORMAT: 'json' });
    const { url } = program;
    await post(`${url}/api/auth/signup`, { ...USER, password1: PASSWORD, password2: PASSWORD });
    const session = await post(`${url}/api/auth/login`, { email: USER.email, password: PASSWORD });
    const { token } = SESSION.parse(await session.json());
    const { code, report } = await runSchemathesis(schemathesis, url, token);
    assert.equal(code, 0, report);
    assert.match(report, /Stateful/);
    const { stdout } = await program.end('SIGTERM');
    const errors = stdout.split('\n').filter((line) => line.includes('"severity":"ERROR"'));
    assert.deepEqual(errors, []);
  });
});
