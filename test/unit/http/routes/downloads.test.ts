import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import sinon from 'sinon';
import { createFolderStorage } from '../../../../lib/adapters/storage/nfs.ts';
import { closeServer, listen } from '../../../../lib/http/guarded-server.ts';
import { createHttp } from '../../../../lib/http/router.ts';
import { downloadRoutes } from '../../../../lib/http/routes/downloads.ts';
import { createHttpServer } from '../../../../lib/http/server.ts';
import { createLog } from '../../../../lib/runtime/log.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { until } from '../../../support/until.ts';

const HALF = 'x'.repeat(500);

describe('A download whose file cannot be read to its end', () => {
  const folder = temporaryFolder();
  afterEach(() => sinon.restore());

  it('breaks the connection, and is a warning in the log instead of lines on the console', async () => {
    const printed = sinon.stub(console, 'error');
    const warnings: string[] = [];
    const log = createLog(({ severity, message }) => severity === 'WARNING' && warnings.push(message));
    const stored = createFolderStorage({ root: folder(), role: 'results', own: true });
    await stored.put('1/0/a.wav', Readable.from([HALF + HALF]));
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from(HALF);
      throw new Error('input/output error');
    }
    const storage = { ...stored, read: async () => Readable.from(broken()) };
    const file = {
      storage,
      key: '1/0/a.wav',
      size: 1000,
      version: '1-0',
      name: 'a.wav',
      mimeType: 'audio/wav',
    };
    const admit = async () => ({ userId: 1, email: '', scopes: ['tasks:read'] as const });
    const auth = { authenticate: admit, admit };
    const http = createHttp(log);
    http.route(
      '/',
      downloadRoutes({ auth, tasks: { file: async () => file, results: async () => [] }, log }),
    );
    const server = createHttpServer(http, log);
    const url = await listen(server, 0);
    const asked = fetch(`${url}/api/tasks/1/original`, { headers: { Authorization: 'Bearer token' } });
    await assert.rejects(asked.then((answer) => answer.arrayBuffer()));
    await until(() => warnings.length > 0);
    await closeServer(server);
    assert.deepEqual(warnings, ['An answer broke off']);
    assert.equal(printed.callCount, 0);
  });
});
