import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Made } from '../../lib/audio/engine/encode.ts';
import { canonicalTags } from '../mutagen/names.ts';
import { fillWithMutagen, installMutagen, type MutagenTags, readWithMutagen } from '../mutagen/read.ts';
import { binaries, makeSound } from '../support/audio.ts';
import { convertWith, testEngine, withEach } from '../support/engine.ts';
import { temporaryFolder } from '../support/folders.ts';

const run = promisify(execFile);

/** Everything about a file that a result may lack, as an independent reader finds it. */
interface Properties {
  tags: ReadonlyMap<string, readonly string[]>;
  /** Types as ID3 numbers them. */
  pictures: readonly number[];
  /** Titles. */
  chapters: readonly string[];
  channels: number;
  rate: number;
  /** Bits a sample; 0 if the codec has no depth. */
  depth: number;
}

/** Originals that mutagen fills with every kind of tag, picture and chunk, with their sound. */
const ORIGINALS = [
  ['mp3', '-ac', '2'],
  ['m4a', '-ac', '2'],
  ['flac', '-ac', '6', '-ar', '96000', '-sample_fmt', 's32'],
  ['ogg', '-ac', '2'],
  ['opus', '-ac', '2'],
  ['wma', '-ac', '2'],
  ['wv', '-ac', '2', '-ar', '44100'],
  ['aiff', '-ac', '2'],
  ['wav', '-ac', '1', '-ar', '48000'],
  ['tta', '-ac', '2'],
] as const;

/** Containers whose chapters ffprobe reads, where mutagen reads none. */
const PROBED = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string(),
      channels: z.int().default(0),
      sample_rate: z.coerce.number().default(0),
      bits_per_raw_sample: z.coerce.number().default(0),
      bits_per_sample: z.int().default(0),
      tags: z.record(z.string(), z.string()).default({}),
      disposition: z.object({ attached_pic: z.int() }).default({ attached_pic: 0 }),
    }),
  ),
  format: z.object({ tags: z.record(z.string(), z.string()).default({}) }),
  chapters: z.array(z.object({ tags: z.object({ title: z.string().default('') }).default({ title: '' }) })),
});

describe('The result of every format', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  let python: string | undefined;
  before(async () => {
    python = await installMutagen();
  });

  for (const [extension, ...settings] of ORIGINALS) {
    it(`keeps or names each property of ${extension}`, async function () {
      if (!python) return this.skip();
      const { original, results } = await convertToAll(python, extension, settings);
      const lost = results.flatMap(({ name, made, result }) =>
        untold(original, result, made).map((property) => `${extension} to ${name}: ${property}`),
      );
      assert.deepEqual(lost.sort(), []);
    });
  }

  it('keeps what the table of docs/formats.md says', async function () {
    if (!python) return this.skip();
    const { original, results } = await convertToAll(python, 'flac', ['-ac', '2']);
    const rows = results.map(({ name, result }) => `| \`${name}\` | ${kept(original, result).join(' | ')} |`);
    const page = await readFile('docs/formats.md', 'utf8');
    const [, table = ''] = page.split('| format | tags | own names |');
    const stated = table.split('\n').filter((line) => line.startsWith('| `'));
    const names = new Set(results.map(({ name }) => `\`${name}\``));
    assert.deepEqual(rows.toSorted(), stated.filter((row) => names.has(row.split(' ')[1] ?? '')).toSorted());
  });

  /** Converts an original with every property to every format. */
  async function convertToAll(reader: string, extension: string, settings: readonly string[]) {
    const input = join(folder(), `in.${extension}`);
    await makeSound(input, 'sine=d=1', ...settings);
    await makePictures(join(folder(), 'pictures'));
    await fillWithMutagen(reader, join(folder(), 'pictures'), input);
    const [original] = await propertiesOf(reader, input);
    assert.ok(original);
    const audio = await testEngine();
    const made: { name: string; output: string; made: Made }[] = [];
    await withEach(audio.formats, async ({ name, extension: to }) => {
      const output = join(folder(), `${extension}-${name}.${to}`);
      made.push({ name, output, made: await convertWith(audio, input, output, name) });
    });
    const found = await propertiesOf(reader, ...made.map(({ output }) => output));
    const results = made.map((one, at) => {
      const result = found[at];
      assert.ok(result);
      return { ...one, result };
    });
    return { original, results };
  }

  async function makePictures(into: string): Promise<void> {
    await mkdir(into);
    const { ffmpeg } = await binaries();
    for (const [name, colour, size] of [
      ['front.jpg', 'red', 300],
      ['back.png', 'blue', 300],
      ['icon.png', 'green', 32],
    ] as const) {
      const source = ['-f', 'lavfi', '-i', `color=${colour}:s=${size}x${size}:d=0.04`];
      await run(ffmpeg.path, ['-v', 'error', ...source, '-frames:v', '1', join(into, name)]);
    }
  }
});

/** Columns of the table in docs/formats.md: tags, own names, several values, lyrics, pictures, chapters. */
function kept(original: Properties, result: Properties): string[] {
  const has = (name: string, count?: number) => {
    const values = original.tags.get(name)?.slice(0, count) ?? [];
    return values.every((value) => result.tags.get(name)?.includes(value)) ? 'yes' : 'no';
  };
  const front = result.pictures.includes(3) ? 'front' : 'no';
  return [
    has('title'),
    has('custom:my field', 1),
    has('artist'),
    has('lyrics'),
    isSubset(original.pictures, result.pictures) ? 'all' : front,
    isSubset(original.chapters, result.chapters) ? 'yes' : 'no',
  ];
}

/** Properties of the original that the result has not, and that no adaptation or warning names. */
function untold(original: Properties, result: Properties, { adaptations, warnings }: Made): string[] {
  const told = JSON.stringify([adaptations, warnings]).toLowerCase();
  const lost = [...original.tags].filter(([name, values]) => !isKept(name, values, result.tags.get(name)));
  const missing = lost.map(([name, values]) => ({
    word: name.replace('custom:', ''),
    shown: `${name} ${values.join(' | ')} is ${result.tags.get(name)?.join(' | ') ?? 'gone'}`,
  }));
  const counts = [
    { word: 'coverart', kept: isSubset(original.pictures, result.pictures), shown: 'pictures' },
    { word: 'chapters', kept: isSubset(original.chapters, result.chapters), shown: 'chapters' },
    { word: 'channels', kept: original.channels === result.channels, shown: 'channels' },
    { word: 'samplerate', kept: original.rate === result.rate, shown: 'rate' },
    { word: 'bitdepth', kept: result.depth === 0 || original.depth <= result.depth, shown: 'depth' },
  ];
  const rest = counts
    .filter(({ kept }) => !kept)
    .map(({ word, shown }) => ({ word, shown: `${shown} ${JSON.stringify(original)}` }));
  return [...missing, ...rest]
    .filter(({ word }) => !told.includes(word.toLowerCase()))
    .map(({ shown }) => shown.slice(0, 200));
}

function isKept(name: string, values: readonly string[], kept: readonly string[] | undefined): boolean {
  if (!kept) return false;
  if (name === 'compilation') return kept.length === 1 && /^(1|true)$/i.test(kept[0] ?? '');
  return values.every((value) => kept.includes(value));
}

function isSubset<T>(all: readonly T[], kept: readonly T[]): boolean {
  return all.every((one) => kept.includes(one));
}

/** Reads files with mutagen, and with ffprobe what mutagen does not read. */
async function propertiesOf(python: string, ...paths: string[]): Promise<Properties[]> {
  const found = await readWithMutagen(python, ...paths);
  return Promise.all(paths.map(async (path, at) => joined(await probed(path), found[at] ?? null)));
}

async function probed(path: string): Promise<z.output<typeof PROBED>> {
  const { ffprobe } = await binaries();
  const show = ['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_chapters'];
  const { stdout } = await run(ffprobe.path, [...show, path]);
  return PROBED.parse(JSON.parse(stdout));
}

function joined(
  { streams, format, chapters }: z.output<typeof PROBED>,
  found: MutagenTags | null,
): Properties {
  const sound = streams.find(({ codec_type }) => codec_type === 'audio');
  const pictures = streams.filter(({ disposition }) => disposition.attached_pic === 1).map(() => 3);
  const named = Object.entries({ ...sound?.tags, ...format.tags }).map(([name, value]) => [name, [value]]);
  return {
    tags: canonicalTags(found ?? { kind: 'other', tags: Object.fromEntries(named) }),
    pictures: found?.pictures.map(({ type }) => type) ?? pictures,
    chapters: found?.chapters.length
      ? found.chapters.map(({ title }) => title)
      : chapters.map(({ tags }) => tags.title),
    channels: sound?.channels ?? 0,
    rate: sound?.sample_rate ?? 0,
    depth: sound?.bits_per_raw_sample || sound?.bits_per_sample || 0,
  };
}
