import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../lib/telemetry/metrics.ts';
import { metricNames } from '../support/metrics.ts';

/** A file of rules as Prometheus accepts it ("Alerting rules"); other members are mistakes. */
const RULES = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Tonemill[A-Z]\w+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'error', 'warning']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string() }),
        }),
      ),
    }),
  ),
});

/** The part of a dashboard of Grafana that asks for metrics. */
const DASHBOARD = z.looseObject({
  title: z.string(),
  uid: z.string(),
  panels: z.array(
    z.looseObject({
      id: z.int(),
      title: z.string(),
      targets: z.array(z.looseObject({ expr: z.string(), refId: z.string() })).min(1),
    }),
  ),
});

/** Series that a histogram has besides its name. */
const OF_HISTOGRAM = /_(?:bucket|sum|count)$/;

/** Variables of Grafana that stand for a time. */
const withTimes = (expr: string) => expr.replaceAll('$__rate_interval', '5m');

/** Names of the metrics that an expression of PromQL uses. Throws where it is not valid. */
function usedMetrics(expr: string): string[] {
  const used: string[] = [];
  parser.parse(expr).iterate({
    enter({ type, node, from, to }) {
      assert.ok(!type.isError, `${expr} is not valid at ${from}`);
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector')
        used.push(expr.slice(from, to));
    },
  });
  return used;
}

describe('The monitoring of docs/monitoring/', () => {
  const read = (name: string) => readFileSync(`docs/monitoring/${name}`, 'utf8');
  const { groups } = RULES.parse(parse(read('alerts.yaml')));
  const { panels } = DASHBOARD.parse(JSON.parse(read('dashboard.json')));
  const rules = groups.flatMap(({ rules: listed }) => listed);
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => withTimes(expr))),
  ];
  let names: Set<string>;

  before(async () => {
    const metrics = createMetrics({
      queue: async () => undefined,
      deliveries: async () => undefined,
      pool: () => undefined,
      sandbox: () => undefined,
    });
    names = metricNames(await metrics.text());
    metrics.close();
  });

  it('uses valid expressions, and only metrics that exist', () => {
    for (const expr of expressions) {
      const used = usedMetrics(expr);
      assert.ok(used.length > 0, expr);
      for (const name of used)
        assert.ok(names.has(name) || names.has(name.replace(OF_HISTOGRAM, '')), `${name} does not exist`);
    }
    assert.throws(() => usedMetrics('sum(rate(tonemill_tasks_running)'), /not valid/);
  });

  it('shows every metric of the service on the dashboard, and docs/operations.md tells of it', () => {
    const shown = new Set(
      panels.flatMap(({ targets }) =>
        targets.flatMap(({ expr }) =>
          usedMetrics(withTimes(expr)).flatMap((name) => [name, name.replace(OF_HISTOGRAM, '')]),
        ),
      ),
    );
    const page = readFileSync('docs/operations.md', 'utf8');
    for (const name of [...names].filter((one) => one.startsWith('tonemill_'))) {
      assert.ok(shown.has(name), `no panel shows ${name}`);
      assert.ok(page.includes(`\`${name}\``), `docs/operations.md lacks ${name}`);
    }
    for (const [, name = ''] of page.matchAll(/`(tonemill_\w+)`/g))
      assert.ok(names.has(name), `${name} does not exist`);
  });

  it('has names and ids that stand once', () => {
    for (const listed of [rules.map(({ alert }) => alert), panels.map(({ id }) => id)])
      assert.equal(new Set<string | number>(listed).size, listed.length);
  });

  it('alerts of what the Terraform of both deployments alerts of: failures, 5xx, old messages and dead letters', () => {
    const pairs = [
      ['TonemillAnswers5xx', 'answers_5xx'],
      ['TonemillConversionsFail', 'conversions_failed'],
      ['TonemillOldestTaskWaits', 'oldest_message'],
      ['TonemillGaveUp', 'dead_letters'],
    ] as const;
    for (const deployment of ['serverless', 'vm']) {
      const terraform = readFileSync(`terraform/${deployment}/alerts.tf`, 'utf8');
      for (const [alert, policy] of pairs) {
        assert.ok(rules.some((rule) => rule.alert === alert));
        assert.match(terraform, new RegExp(`\\b${policy} = \\{`), `${deployment} has no ${policy}`);
      }
    }
  });
});
