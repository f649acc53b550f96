import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Ending } from '../../process/limited-process.ts';
import { jsonOf, type Probed, readProbe } from '../media/ffprobe-output.ts';
import { REFUSED_DECODER } from './allowed-inputs.ts';
import { describeArguments, outputMark, probeArguments } from './arguments.ts';
import { limitReached, refusedDecoders, tooMuch, unsupportedCodec } from './exit-errors.ts';
import type { Source } from './input.ts';
import { readDescription } from './input-description.ts';
import { PROBE_BYTES, PROBE_SECONDS, probeLimits } from './resource-limits.ts';
import { emptyFolder, runFfmpeg, type Tools } from './runs.ts';
import { createTimeouts } from './timeouts.ts';

/**
 * Reads the media information of a file or a stream with ffprobe. Throws the codes of `readProbe`, `unsupported_codec`,
 * `timed_out` and `resource_limit`. ffprobe opens a decoder for every stream and exits at the first one that is not
 * allowed (video, subtitles); no option prevents this (tried: ffprobe 5.1.9 and 2023). ffmpeg then describes the file: it
 * copies the sound without a decoder. Neither run waits for the semaphore: both decode next to nothing.
 */
export async function probe(tools: Tools, source: Source, signal: AbortSignal): Promise<Probed> {
  const { output, ending } = await runFfprobe(tools, source, signal);
  if (ending.code === 0) return readProbe(jsonOf(output), ending.stderr);
  const limit = limitReached(ending);
  if (limit) throw limit;
  if (REFUSED_DECODER.test(ending.stderr)) return describe(tools, source, signal);
  return readProbe({}, ending.stderr);
}

async function runFfprobe(
  { binaries, children, path }: Tools,
  source: Source,
  signal: AbortSignal,
): Promise<{ output: string; ending: Ending }> {
  let output = '';
  const watch = createTimeouts(signal, { wall: PROBE_SECONDS, stall: PROBE_SECONDS });
  try {
    const ending = await children.run({
      program: binaries.ffprobe.path,
      args: probeArguments(source),
      cwd: await emptyFolder(source),
      path,
      limits: probeLimits(),
      signal: watch.signal,
      stdin: typeof source === 'string' ? undefined : await source.open(),
      readers: [
        async (pipe) => {
          output = await limitedText(pipe);
        },
      ],
    });
    return { output, ending };
  } finally {
    watch.stop();
  }
}

/** Copies the sound and keeps nothing of it; the last packet gives the duration. */
async function describe(tools: Tools, source: Source, signal: AbortSignal): Promise<Probed> {
  let metadata = '';
  const mark = outputMark(randomUUID());
  const { seconds, ending } = await runFfmpeg(
    tools,
    { input: source, probed: null, signal },
    describeArguments(source, mark),
    {
      stderrCharacters: PROBE_BYTES,
      output: async (pipe) => {
        metadata = await limitedText(pipe);
      },
    },
  );
  const limit = ending.code === 0 ? undefined : limitReached(ending);
  if (limit) throw limit;
  const found = readDescription(ending.stderr, metadata, mark);
  const sound = found?.streams.find(({ codec_type }) => codec_type === 'audio');
  if (sound && refusedDecoders(ending.stderr).has(sound.codec_name)) throw unsupportedCodec();
  if (found) found.format.duration = lengthOf(found.format.duration, seconds);
  return readProbe(found ?? {}, ending.stderr);
}

/** The last packet may lack a duration, so that only a larger difference means that the sound ends before the video. */
function lengthOf(declared: number | undefined, copied: number): number | undefined {
  if (copied === 0) return declared;
  return declared !== undefined && declared - copied < PACKET ? declared : copied;
}

/** Seconds; every packet of sound that was tried is shorter. */
const PACKET = 0.5;

/** Reads the output of a program; only tags of a hostile size exceed the limit. */
async function limitedText(pipe: Readable): Promise<string> {
  let length = 0;
  return text(
    pipe.map((chunk: Buffer) => {
      length += chunk.length;
      if (length > PROBE_BYTES) throw tooMuch('its tags are too large');
      return chunk;
    }),
  );
}
