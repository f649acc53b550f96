import assert from 'node:assert/strict';
import { z } from 'zod';
import type { User } from './service.ts';

const DATA = z.object({
  id: z.int(),
  state: z.string().optional(),
  progress: z.number().optional(),
  states: z.record(z.string(), z.int()).optional(),
  ended: z.boolean().optional(),
});

/** An event as far as tests look at it. */
export interface Received {
  event: string;
  id: number | undefined;
  data: z.output<typeof DATA>;
}

/** Reads a stream of events until `enough`, and closes it. */
export async function listen(
  user: User,
  path: string,
  enough: (events: readonly Received[]) => boolean,
  headers: Record<string, string> = {},
): Promise<Received[]> {
  const abort = new AbortController();
  const answer = await user.fetch(path, { headers, signal: abort.signal });
  assert.equal(answer.status, 200, await (answer.ok ? '' : answer.text()));
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  const events: Received[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    events.push(...blocks.flatMap(parse));
    if (enough(events)) break;
  }
  abort.abort();
  return events;
}

function parse(block: string): Received[] {
  const fields = new Map(
    block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 2)]),
  );
  const data = fields.get('data');
  if (data === undefined) return [];
  return [
    {
      event: fields.get('event') ?? '',
      id: fields.has('id') ? Number(fields.get('id')) : undefined,
      data: DATA.parse(JSON.parse(data)),
    },
  ];
}
