import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import type { Ending } from '../../process/limited-process.ts';
import { hasCode } from '../../runtime/errors.ts';
import { declaredSeconds } from '../media/declared-bytes.ts';
import { type Probed, readProbe } from '../media/ffprobe-output.ts';
import { parseProbe } from '../media/ffprobe-text.ts';
import { readWavSamples, type WavSamples } from '../media/wav-samples.ts';
import { mayDecode } from './allowed-inputs.ts';
import { describeArguments, outputMark, probeArguments } from './arguments.ts';
import { limitReached, tooMuch, unsupportedCodec } from './exit-errors.ts';
import type { Source } from './input.ts';
import { readDescription } from './input-description.ts';
import { namedFiles } from './named-files.ts';
import { PROBE_BYTES, PROBE_SECONDS, probeLimits } from './resource-limits.ts';
import { emptyFolder, runFfmpeg, type Tools } from './runs.ts';
import { createTimeouts } from './timeouts.ts';

/**
 * Reads the media information of a file or a stream with ffprobe. Throws the codes of `readProbe`, `unsupported_codec`,
 * `timed_out` and `resource_limit`. ffprobe opens a decoder for every stream and exits at the first one that is not
 * allowed (video, subtitles); no option prevents this (tried: ffprobe 5.1.9 and 2023). ffmpeg then describes the file: it
 * copies the sound without a decoder. It also describes a file that ffprobe does not know: ffprobe may be another build,
 * and a file that ffmpeg decodes is accepted. Neither run waits for the semaphore: both decode next to nothing.
 */
export async function probe(tools: Tools, source: Source, signal: AbortSignal): Promise<Probed> {
  const samples = typeof source === 'string' ? await readWavSamples(source) : undefined;
  const probing = () => probeFile(tools, source, signal);
  if (samples) return probeWav(samples, probing);
  const probed = await probing();
  const { container, duration } = probed.media;
  if (typeof source !== 'string' || duration === null || !STATING.has(container)) return probed;
  const declared = await declaredSeconds(source, duration);
  return declared === undefined ? probed : { ...probed, declared };
}

/** Containers whose length ffprobe takes from the size of the file, though their header states it. */
const STATING: ReadonlySet<string> = new Set(['wav', 'w64', 'caf']);

async function probeFile(tools: Tools, source: Source, signal: AbortSignal): Promise<Probed> {
  try {
    return await probeWith(tools, source, signal, { chapters: true });
  } catch (error) {
    if (!hasCode(error, 'resource_limit')) throw error;
    return { ...(await probeWith(tools, source, signal, { chapters: false })), moreChapters: true };
  }
}

/** Throws `resource_limit` as well if the file has more chapters, or longer tags, than a probe may print. */
async function probeWith(
  tools: Tools,
  source: Source,
  signal: AbortSignal,
  what: { chapters: boolean },
): Promise<Probed> {
  const { bytes, ending } = await runFfprobe(tools, source, signal, what);
  if (ending.code === 0) {
    const { output, repaired } = parseProbe(bytes);
    return { ...readProbe(output, ending.stderr, decodes(tools)), repaired };
  }
  const limit = limitReached(ending);
  if (limit) throw limit;
  return describe(tools, source, signal);
}

/** Probes a WAV file whose decoder ffmpeg chooses wrongly. Throws `unsupported_codec` if no decoder is right. */
async function probeWav(samples: WavSamples, probing: () => Promise<Probed>): Promise<Probed> {
  const { decoder, bits, depth, duration } = samples;
  if (decoder === null) throw unsupportedCodec();
  const probed = await probing();
  const { media, sounds } = probed;
  const known = { codec: decoder, duration, bitDepth: bits };
  const tracks = media.tracks.map((track) => ({ ...track, codec: decoder, duration }));
  return {
    ...probed,
    decoder,
    depth,
    sounds,
    estimated: duration === null,
    media: { ...media, ...known, tracks },
  };
}

/** Tells whether this ffmpeg decodes a codec that it may decode. */
function decodes({ binaries }: Tools): (codec: string) => boolean {
  return (codec) => mayDecode(binaries.decoders, codec);
}

async function runFfprobe(
  { binaries, children, path }: Tools,
  source: Source,
  signal: AbortSignal,
  what: { chapters: boolean },
): Promise<{ bytes: Buffer; ending: Ending }> {
  let bytes: Buffer = Buffer.alloc(0);
  const watch = createTimeouts(signal, { wall: PROBE_SECONDS, stall: PROBE_SECONDS });
  const args = probeArguments(source, what);
  try {
    const ending = await children.run({
      program: binaries.ffprobe.path,
      args,
      ...namedFiles(args),
      cwd: await emptyFolder(source),
      path,
      limits: probeLimits(),
      signal: watch.signal,
      stdin: typeof source === 'string' ? undefined : await source.open(),
      readers: [
        async (pipe) => {
          bytes = await buffer(limited(pipe));
        },
      ],
    });
    return { bytes, ending };
  } finally {
    watch.stop();
  }
}

/** Describes the sound track that a conversion takes; a second run does so if it is not the first one of the file. */
async function describe(tools: Tools, source: Source, signal: AbortSignal): Promise<Probed> {
  const probed = await describeTrack(tools, source, 1, signal);
  return probed.track === 1 ? probed : describeTrack(tools, source, probed.track, signal);
}

/** Copies the sound and keeps nothing of it; the last packet gives the duration. */
async function describeTrack(
  tools: Tools,
  source: Source,
  track: number,
  signal: AbortSignal,
): Promise<Probed> {
  let metadata = '';
  const mark = outputMark(randomUUID());
  const { seconds, ending } = await runFfmpeg(
    tools,
    { input: source, probed: null, signal },
    describeArguments(source, track, mark),
    {
      stderrCharacters: PROBE_BYTES,
      output: async (pipe) => {
        metadata = await text(limited(pipe));
      },
    },
  );
  const limit = ending.code === 0 ? undefined : limitReached(ending);
  if (limit) throw limit;
  const found = readDescription(ending.stderr, metadata, mark);
  const sound = found?.streams.filter(({ codec_type }) => codec_type === 'audio')[track - 1];
  if (found && sound) sound.duration = lengthOf(found.format.duration, seconds);
  return readProbe(found ?? {}, ending.stderr, decodes(tools));
}

/** The last packet may lack a duration, so that only a larger difference means that the sound ends before the video. */
function lengthOf(declared: number | undefined, copied: number): number | undefined {
  if (copied === 0) return declared;
  return declared !== undefined && declared - copied < PACKET ? declared : copied;
}

/** Seconds; every packet of sound that was tried is shorter. */
const PACKET = 0.5;

/** Reads the output of a program; only tags of a hostile size exceed the limit. */
function limited(pipe: Readable): Readable {
  let length = 0;
  return pipe.map((chunk: Buffer) => {
    length += chunk.length;
    if (length > PROBE_BYTES) throw tooMuch('its tags are too large');
    return chunk;
  });
}
