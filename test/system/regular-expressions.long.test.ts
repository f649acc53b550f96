import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { checkSync } from 'recheck';

/** Milliseconds for one expression; one that takes longer, as on a busy machine, passes. */
const PATIENCE = 1000;

const LINE =
  'a line of a program has at most 4096 characters; the time grows with their square, to a millisecond';
const LINEAR = 'linear, which takes seconds to find out';

/** Expressions that are not checked, and the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  [
    String.raw`/Input stream #0:\d+ \(audio\): (\d+) packets read .*frames decoded;?(?: \d+ decode errors)? ?\((\d+) samples\)/`,
    LINE,
  ],
  [String.raw`/Output stream #0:\d+ \(audio\): .*frames encoded \((\d+) samples\)/`, LINE],
  [String.raw`/^.*: (Audio|Video|Subtitle|Data|Attachment|Unknown): ([^\s,]+)(.*)$/s`, LINEAR],
  [
    String.raw`/Channel layout not supported|Invalid PCM packet|Not a Vorbis I audio packet|Codec \(\S+\) not on whitelist/`,
    LINEAR,
  ],
  [
    String.raw`/^\[(?:dec:)?([^\s\]@]+) @ [^\]@]+\] (?:\[[^\]@]+ @ [^\]@]+\] )?\[(?:error|fatal|panic)\] (.*)$/`,
    LINEAR,
  ],
  [
    String.raw`/Decod(?:er|ing) [^\n]{0,200}not found|no decoder|Unsupported codec/i`,
    'the distance has a limit',
  ],
]);

describe('The regular expressions of the service', function () {
  this.timeout(120_000);

  it('take a time that grows no faster than the text, whatever the text is', async () => {
    const found = await literals();
    assert.ok(found.size > 200);
    const wrong: string[] = [];
    for (const [expression, file] of found) {
      if (EXCEPTIONS.has(expression)) continue;
      const [, source = '', flags = ''] = /^\/(.*)\/(\w*)$/s.exec(expression) ?? [];
      const { status } = checkSync(source, flags, { timeout: PATIENCE });
      if (status === 'vulnerable') wrong.push(`${file}: ${expression}`);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      [...EXCEPTIONS.keys()].filter((expression) => !found.has(expression)),
      [],
    );
  });
});

/** Every literal of `lib/`, with the name of a file that has it. */
async function literals(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const names = await readdir('lib', { recursive: true });
  for (const name of names.filter((one) => /\.tsx?$/.test(one))) {
    const { program } = parseSync(name, await readFile(join('lib', name), 'utf8'));
    new Visitor({
      Literal(node) {
        if ('regex' in node) found.set(`/${node.regex.pattern}/${node.regex.flags}`, name);
      },
    }).visit(program);
  }
  return found;
}
