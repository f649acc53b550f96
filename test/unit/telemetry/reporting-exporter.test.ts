import assert from 'node:assert/strict';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { createLog, type LogEvent } from '../../../lib/runtime/log.ts';
import { reportingExporter } from '../../../lib/telemetry/reporting-exporter.ts';

describe('An exporter of spans', () => {
  it('that fails is named in the log once, and the result goes to its caller each time', () => {
    const events: LogEvent[] = [];
    const failing: SpanExporter = {
      export: (_spans, onResult) => onResult({ code: 1, error: new Error('connect ECONNREFUSED') }),
      shutdown: async () => undefined,
    };
    const exporter = reportingExporter(
      failing,
      createLog((event) => events.push(event)),
    );
    const codes: number[] = [];
    for (let number = 0; number < 3; number++) exporter.export([], ({ code }) => codes.push(code));
    assert.deepEqual(codes, [1, 1, 1]);
    assert.deepEqual(
      events.map(({ severity, message }) => [severity, message]),
      [['WARNING', 'Traces could not be sent; they are dropped']],
    );
  });
});
