import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createEngine } from '../../lib/audio/engine/engine.ts';
import { DECODERS } from '../../lib/audio/ffmpeg/allowed-inputs.ts';
import { effectiveOptions } from '../../lib/audio/formats/effective-options.ts';
import type { MediaInfo } from '../../lib/audio/media/media-info.ts';
import type { SpawnRequest } from '../../lib/process/spawner.ts';
import { binaries } from './audio.ts';
import { engineParts, formatCalled } from './engine.ts';
import { run } from './programs.ts';

/** Containers to try in turn: most codecs fit into one of them. */
const CONTAINERS = ['mkv', 'avi', 'mov'];

/** Encoders of pictures that may be decoded, and those that need hardware, a terminal, or a minute. */
const LEFT_OUT =
  /^(png|mjpeg|wrapped_avframe|librav1e|libaom-av1|\w+_(vaapi|qsv|v4l2m2m|omx|nvenc|amf|vulkan))$/;

/** Seconds of sound; of pictures there is less. */
const SECONDS = 1;
export const SOUND = ['-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=48000:duration=${SECONDS}`];
/** PAL, which DV and its like insist on. */
export const PICTURES = ['-f', 'lavfi', '-i', `testsrc=size=720x576:rate=25:duration=0.2`];

/** Converts, and looks into a second run of every program that the conversion ran. */
export async function givesSoundOnly(file: string, output: string): Promise<MediaInfo> {
  const { signal } = new AbortController();
  const { engine, launched } = await recordingEngine();
  const probed = await engine.probe(file, signal);
  const format = formatCalled('flac');
  const options = effectiveOptions(format, {});
  const how = { format, probed, options, onProgress: () => undefined, signal };
  const made = await engine.convert({ input: file, output, ...how });
  assert.deepEqual([made.warnings, made.media.sampleRate, made.media.channels], [[], 48_000, 1], file);
  assert.ok(Math.abs((made.media.duration ?? 0) - SECONDS) < 0.05, `${file}: ${made.media.duration} s`);
  const reading = launched.filter(({ args }) => args.includes(`file:${file}`));
  assert.ok(reading.length >= 2, `${file}: a probe and the conversion`);
  for (const launch of reading) startsNoVideo(await debugOutput(launch), `${file}: ${launch.args.join(' ')}`);
  return made.media;
}

/** An engine, and the programs that it ran. */
async function recordingEngine() {
  const parts = await engineParts();
  const launched: SpawnRequest[] = [];
  const start: typeof parts.spawner.start = (launch) => {
    launched.push(launch);
    return parts.spawner.start(launch);
  };
  return { engine: createEngine({ ...parts, spawner: { ...parts.spawner, start } }), launched };
}

/** The same again, with everything said. */
async function debugOutput({ program, args, cwd, outputs }: SpawnRequest): Promise<string> {
  const level = args.lastIndexOf('-v') + 1;
  const loud = args.with(level, 'debug');
  const further = Array.from({ length: outputs - 2 }, () => 'ignore' as const);
  const child = spawn(program, loud, { cwd, stdio: ['ignore', 'ignore', 'pipe', ...further] });
  assert.ok(child.stderr);
  const ended = once(child, 'close');
  const output = await text(child.stderr);
  await ended;
  return output;
}

/** Every decoder that was asked for was refused, and of none is there anything that only a decoder finds out. */
function startsNoVideo(output: string, what: string): void {
  const input = output.split(/^Output #0/m)[0] ?? '';
  const refused = new Set(input.match(/(?<=Codec \()\S+(?=\) not on whitelist)/g));
  const streams = [...input.matchAll(/^ +Stream #0:\d.*?: (?:Video|Subtitle): (\w+)(.*)$/gm)];
  assert.ok(streams.length > 0, what);
  for (const [line, codec, details = ''] of streams) {
    if (codec === 'png' && details.includes('(attached pic)')) continue;
    assert.ok(refused.size > 0, `${what}: ${line}`);
    if (input.includes(`parser not found for codec ${codec},`))
      assert.match(details, /, none/, `${what}: ${line}`);
  }
  for (const name of refused) assert.ok(!DECODERS.includes(name), name);
  const said = output.match(/(?<=^\[)\w+(?= @ 0x\w+\] (?!Codec \())/gm) ?? [];
  const decoders = streams.map(([, codec]) => codec);
  assert.deepEqual(
    said.filter((name) => decoders.includes(name) && name !== 'png'),
    [],
    what,
  );
}

/** Encoders of video codecs that the same ffmpeg decodes, too. */
export async function videoEncoders(): Promise<string[]> {
  const { ffmpeg } = await binaries();
  const { stdout } = await run(ffmpeg.path, ['-hide_banner', '-codecs']);
  const codecs = [...stdout.matchAll(/^ DEV\S{3} (\w+) +(.*)$/gm)];
  return codecs
    .flatMap(([, codec = '', rest = '']) => /\(encoders: (.*?) \)/.exec(rest)?.[1]?.split(' ') ?? [codec])
    .filter((name) => !LEFT_OUT.test(name));
}

/** Writes a file with sound and with video of that encoder; undefined where no container takes it. */
export async function withVideo(folder: string, encoder: string): Promise<string | undefined> {
  const { ffmpeg } = await binaries();
  for (const container of CONTAINERS) {
    const file = join(folder, `${encoder}.${container}`);
    const settings = ['-strict', '-2', '-c:v', encoder, '-c:a', 'pcm_s16le', '-ac', '1'];
    const made = await run(ffmpeg.path, ['-v', 'error', '-y', ...PICTURES, ...SOUND, ...settings, file]).then(
      () => true,
      () => false,
    );
    if (made) return file;
  }
  return undefined;
}
