import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RECEIPT, type Receipt } from '../../lib/audio/media/receipt.ts';
import { makeTone } from '../support/audio.ts';
import { temporaryFolder } from '../support/folders.ts';
import { PROBLEM, testService, type User } from '../support/service.ts';

const RESULT = z.object({ result: z.object({ receipt: RECEIPT.optional() }).nullable() });
const CREATED = z.object({ task: z.object({ id: z.number() }) });
const VERIFICATION = z.object({
  matches: z.boolean(),
  is: z.string(),
  differences: z.array(z.object({ property: z.string() })),
});

describe('A receipt', function () {
  this.timeout(120_000);
  const service = testService();
  const folder = temporaryFolder();
  let user: User;
  let original = new Uint8Array();

  before(async () => {
    user = await service.newUser();
  });
  beforeEach(async () => {
    const path = join(folder(), 'a.wav');
    await makeTone(path, 2, '-ac', '2');
    original = new Uint8Array(await readFile(path));
  });

  async function made(newFormat: string, options: object): Promise<{ receipt: Receipt; bytes: Uint8Array }> {
    const audio = { name: 'a.wav', bytes: original };
    const answer = await user.upload({ audio, newFormat, options: JSON.stringify(options) });
    const { id } = CREATED.parse(await answer.json()).task;
    await user.settled(id);
    const task = RESULT.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
    assert.ok(task.result?.receipt);
    const file = await (await user.fetch(`/api/tasks/${id}/result`)).arrayBuffer();
    return { receipt: task.result.receipt, bytes: new Uint8Array(file) };
  }

  async function send(bytes: Uint8Array, receipt: object): Promise<Response> {
    const form = new FormData();
    form.append('receipt', JSON.stringify(receipt));
    form.append('audio', new Blob([Uint8Array.from(bytes)]), 'x');
    return user.fetch('/api/verify', { method: 'POST', body: form });
  }

  const verify = async (bytes: Uint8Array, receipt: object) =>
    VERIFICATION.parse(await (await send(bytes, receipt)).json());

  it('proves that a lossless result has the samples of its original, and finds every difference', async () => {
    const { receipt, bytes } = await made('flac', { receipt: 'hashes', metadata: { title: 'One' } });
    assert.deepEqual([receipt.verified, receipt.compared], [true, 'pcm_s16le']);
    assert.equal(receipt.original.md5, receipt.result.md5);
    assert.deepEqual(await verify(bytes, receipt), { matches: true, is: 'result', differences: [] });
    const asked = await verify(original, receipt);
    assert.deepEqual([asked.matches, asked.is], [false, 'original']);
    assert.deepEqual(named(asked), ['sha256', 'size']);
    const digit = receipt.original.sha256.startsWith('0') ? '1' : '0';
    const changed = { ...receipt.original, sha256: digit + receipt.original.sha256.slice(1) };
    assert.deepEqual(named(await verify(bytes, { ...receipt, original: changed })), ['receipt']);
    const cut = await verify(bytes.subarray(0, bytes.length / 2), receipt);
    assert.deepEqual(named(cut), ['sha256', 'size', 'md5']);
    const text = await verify(new Uint8Array(Buffer.from('no sound\n'.repeat(50))), receipt);
    assert.deepEqual(named(text), ['sha256', 'size', 'md5']);
  });

  it('gives the same bytes again, also in containers that number their streams at random', async () => {
    for (const format of ['opus', 'mka', 'm4a']) {
      const first = await made(format, { receipt: 'loudness', gain: -3 });
      const { format: again, options } = first.receipt.plan;
      const second = await made(again, options);
      assert.deepEqual(second.bytes, first.bytes, format);
      assert.deepEqual(second.receipt, first.receipt, format);
      assert.equal(first.receipt.verified, false);
      assert.ok(first.receipt.loudness && first.receipt.loudness.integrated < 0);
    }
  });

  it('is refused where it has another form', async () => {
    for (const receipt of [null, [], { version: 1 }, { version: 2 }, 'x']) {
      const form = new FormData();
      form.append('receipt', JSON.stringify(receipt));
      form.append('audio', new Blob([original]), 'x');
      const answer = await user.fetch('/api/verify', { method: 'POST', body: form });
      assert.deepEqual([answer.status, PROBLEM.parse(await answer.json()).code], [400, 'invalid_request']);
    }
  });
});

function named({ differences }: z.output<typeof VERIFICATION>): string[] {
  return differences.map(({ property }) => property);
}
