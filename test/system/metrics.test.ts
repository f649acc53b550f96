import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LogEvent } from '../../lib/runtime/log.ts';
import { createLog } from '../../lib/runtime/log.ts';
import { makeTone } from '../support/audio.ts';
import { sample } from '../support/metrics.ts';
import { post, testService } from '../support/service.ts';
import { until } from '../support/until.ts';

const CREDENTIAL = 'a credential for tests';

describe('Metrics', function () {
  this.timeout(60_000);
  const events: LogEvent[] = [];
  const log = createLog((event) => events.push(event));
  const service = testService(
    { SERVICE_CREDENTIAL: CREDENTIAL, METRICS_PORT: '0', SIGN_UPS_PER_ADDRESS: '3' },
    log,
  );
  const onOwnPort = () => {
    const event = events.find(({ message }) => message === 'Metrics are served');
    return z.string().parse(event?.fields.url);
  };
  const read = async () => {
    const headers = { 'X-Service-Credential': CREDENTIAL };
    const answer = await fetch(`${service.url()}/metrics`, { headers });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    return answer.text();
  };

  it('need the service credential at the port of the API, and none at their own', async () => {
    for (const headers of [{}, { 'X-Service-Credential': 'another one' }, { Authorization: 'Bearer x' }]) {
      const answer = await fetch(`${service.url()}/metrics`, { headers });
      assert.equal(answer.status, 401);
    }
    const answer = await fetch(onOwnPort());
    assert.equal(answer.status, 200);
    assert.equal(sample(await answer.text(), 'tonemill_database_up'), 1);
    assert.equal((await fetch(onOwnPort().replace('/metrics', '/api/formats'))).status, 404);
  });

  it('count requests by the pattern of their route, conversions and failures, and runs of ffmpeg', async () => {
    const path = join(service.data(), 'tone.wav');
    await makeTone(path, 2);
    const user = await service.newUser();
    const before = await read();
    const { id } = await user.convert({ name: 'tone.wav', bytes: await readFile(path) }, 'mp3');
    await user.convert({ name: 'text.wav', bytes: Buffer.from('no sound') }, 'mp3');
    await fetch(`${service.url()}/nobody/has/this/${id}`);
    const after = await read();
    const more = (name: string, labels: Record<string, string> = {}) =>
      (sample(after, name, labels) ?? 0) - (sample(before, name, labels) ?? 0);
    assert.equal(
      more('tonemill_http_requests_total', { method: 'POST', route: '/api/tasks', status: '200' }),
      2,
    );
    assert.equal(
      more('tonemill_http_request_duration_seconds_count', { method: 'POST', route: '/api/tasks' }),
      2,
    );
    assert.equal(more('tonemill_conversions_total', { format: 'mp3', outcome: 'converted' }), 1);
    assert.equal(more('tonemill_conversion_failures_total', { code: 'not_audio' }), 1);
    assert.equal(more('tonemill_task_wait_seconds_count'), 2);
    assert.ok(more('tonemill_ffmpeg_runs_total', { outcome: 'success' }) >= 1);
    assert.ok(more('tonemill_ffmpeg_speed_ratio_sum') > 0);
    assert.ok(more('tonemill_http_received_bytes_total') > 2 * 44_100);
    assert.ok(more('tonemill_http_sent_bytes_total') > 0);
    assert.doesNotMatch(after, /nobody|tone\.wav|@example/);
  });

  it('show the limits that were hit, by policy', async () => {
    let status = 200;
    for (let number = 0; status === 200; number++) {
      const [password1, password2] = ['correct horse', 'correct horse'];
      const person = { user: `p${number}`, email: `p${number}@example.com`, password1, password2 };
      status = (await post(`${service.url()}/api/auth/signup`, person)).status;
    }
    assert.equal(status, 429);
    assert.equal(sample(await read(), 'tonemill_limits_hit_total', { policy: 'sign-ups' }), 1);
  });

  it('show the queue, the pool, the sandbox and the event loop', async () => {
    const text = await read();
    for (const name of [
      'tonemill_queue_depth',
      'tonemill_queue_oldest_age_seconds',
      'tonemill_tasks_running',
    ])
      assert.equal(sample(text, name), 0, name);
    for (const kind of ['first', 'later'])
      assert.equal(sample(text, 'tonemill_tasks_waiting', { class: kind }), 0, kind);
    for (const state of ['due', 'later'])
      assert.equal(sample(text, 'tonemill_webhook_deliveries_waiting', { state }), 0, state);
    assert.ok(sample(text, 'tonemill_database_pool_connections', { state: 'idle' }) !== undefined);
    assert.equal(sample(text, 'tonemill_database_pool_waiting'), 0);
    assert.equal(sample(text, 'tonemill_sandbox_info'), 1);
    await until(async () => (sample(await read(), 'nodejs_eventloop_lag_p99_seconds') ?? 0) > 0);
  });
});
