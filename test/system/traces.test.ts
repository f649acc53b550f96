import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { createApp } from '../../lib/app/app.ts';
import { createTarget } from '../../lib/app/targets.ts';
import { startTracing } from '../../lib/app/traces.ts';
import { loadConfig } from '../../lib/config/config.ts';
import { silentLog } from '../../lib/runtime/log.ts';
import { traced } from '../../lib/runtime/tracing.ts';
import { makeTone } from '../support/audio.ts';
import { portOf } from '../support/receiver.ts';
import { TASK, testService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** The part of an export in JSON that this test reads (OTLP 1.x, `ExportTraceServiceRequest`). */
const SPAN = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  attributes: z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })),
});
const ATTRIBUTE = z.object({ key: z.string(), value: z.object({ stringValue: z.string() }) });
const EXPORT = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(ATTRIBUTE) }),
      scopeSpans: z.array(z.object({ spans: z.array(SPAN) })),
    }),
  ),
});
type Span = z.output<typeof SPAN>;

const CREDENTIAL = 'a credential for tests';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const [SERVER, CONSUMER] = [2, 5];

describe('Traces', function () {
  this.timeout(60_000);
  const spans: Span[] = [];
  const services = new Set<string>();
  const paths = new Set<string | undefined>();
  let bodies = '';
  const collector = createServer(async (request, response) => {
    const body: unknown = await json(request);
    bodies += JSON.stringify(body);
    paths.add(request.url);
    for (const { resource, scopeSpans } of EXPORT.parse(body).resourceSpans) {
      services.add(resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '');
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  const environment: NodeJS.ProcessEnv = {};
  before(async () => {
    if (!collector.listening) await once(collector, 'listening');
    environment.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${portOf(collector.address())}`;
  });
  const service = testService(environment);
  after(() => void collector.close());
  const named = (name: string) => spans.find((span) => span.name === name && span.traceId === TRACE);

  it('go from the request of a caller over the queue to the runs of ffmpeg', async () => {
    const user = await service.newUser();
    const path = join(service.data(), 'tone.wav');
    await makeTone(path, 1);
    const form = new FormData();
    form.append('newFormat', 'ogg');
    form.append('audio', new Blob([await readFile(path)]), 'a secret name.wav');
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    const made = await user.fetch('/api/tasks', { method: 'POST', body: form, headers });
    const { task } = z.object({ task: TASK }).parse(await made.json());
    assert.equal((await user.settled(task.id)).state, 'PROCESSED');
    await until(() => named('convert') !== undefined && named('POST /api/tasks') !== undefined);

    const request = named('POST /api/tasks');
    assert.equal(request?.parentSpanId, CALLER);
    assert.equal(request.kind, SERVER);
    const conversion = named('convert');
    assert.equal(conversion?.parentSpanId, request.spanId);
    assert.equal(conversion.kind, CONSUMER);
    const id = conversion.attributes.find(({ key }) => key === 'tonemill.task.id');
    assert.equal(id?.value.intValue, task.id);
    const runs = spans.filter(
      ({ name, parentSpanId }) => name === 'ffmpeg' && parentSpanId === conversion.spanId,
    );
    assert.ok(runs.length >= 1);
    assert.deepEqual([...services], ['tonemill-local']);
    assert.deepEqual([...paths], ['/v1/traces']);
    assert.doesNotMatch(bodies, /a secret name|@example|Bearer|correct horse/);
    assert.ok(!bodies.includes(user.token) && !bodies.includes(service.data()));
  });

  it('go on in the function to which Pub/Sub pushes a message, by the attribute of the message', async () => {
    const trace = TRACE.replace('4', '5');
    const { PATH } = process.env;
    const database = { DATABASE: 'url', DATABASE_URL: service.database() };
    const env = { PATH, TONEMILL_DATA: service.data(), ...database, SERVICE_CREDENTIAL: CREDENTIAL };
    const app = createApp(loadConfig(env, 'functions'), silentLog, 'function');
    const http = await createTarget('convert', app);
    const push = (attributes: Record<string, string>) => {
      const data = Buffer.from(JSON.stringify({ taskId: 1_000_000, revision: 1 })).toString('base64');
      const headers = { 'Content-Type': 'application/json', 'X-Service-Credential': CREDENTIAL };
      const body = JSON.stringify({ message: { data, attributes, messageId: '1' } });
      return http.request('/', { method: 'POST', headers, body });
    };
    const conversions = () => spans.filter(({ name }) => name === 'convert');
    const before = conversions().length;
    assert.equal((await push({ traceparent: `00-${trace}-${CALLER}-01` })).status, 204);
    assert.equal((await push({})).status, 204);
    await until(() => conversions().length === before + 2);
    const [traced, alone] = conversions().slice(before);
    assert.deepEqual([traced?.traceId, traced?.parentSpanId, traced?.kind], [trace, CALLER, CONSUMER]);
    assert.notEqual(alone?.traceId, trace);
    await app.close();
  });

  it('of a request without a traceparent begin with it', async () => {
    const user = await service.newUser();
    await user.fetch('/api/formats');
    const own = () => spans.find(({ name }) => name === 'GET /api/formats');
    await until(() => own() !== undefined);
    assert.notEqual(own()?.traceId, TRACE);
    assert.equal(own()?.parentSpanId ?? '', '');
  });
});

describe('A collector that is away', () => {
  it('fails nothing, and holds up no end', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const url = `http://127.0.0.1:${portOf(closed.address())}`;
    closed.close();
    const { PATH } = process.env;
    const config = loadConfig({ PATH, OTEL_EXPORTER_OTLP_ENDPOINT: url });
    const stop = await startTracing(config, silentLog, 'test');
    for (let number = 0; number < 5000; number++)
      assert.equal(await traced('work', {}, async () => number), number);
    await stop();
    await assert.rejects(
      traced('work', {}, async () => {
        throw new Error('its own error');
      }),
      /its own error/,
    );
  });
});
