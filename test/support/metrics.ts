import assert from 'node:assert/strict';

/** Value of a series of a text for Prometheus; labels in any order. Undefined if it has none. */
export function sample(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  for (const line of text.split('\n')) {
    const [, found, list = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (found !== name) continue;
    if (Object.entries(labels).every(([label, wanted]) => list.includes(`${label}="${wanted}"`)))
      return Number(value);
  }
  return undefined;
}

/** Names of all metrics of a text, as their TYPE lines have them. */
export function metricNames(text: string): Set<string> {
  const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map((match) => match[1] ?? '');
  assert.ok(names.length > 0);
  return new Set(names);
}
