import type { Probed } from '../media/ffprobe-output.ts';
import { type Chain, filters, floatFilters, type Level, measuredFilters } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { GUARDS } from './allowed-inputs.ts';
import type { Source } from './input.ts';
import type { Output } from './output.ts';
import { REPORTING } from './run-report.ts';

/** Pipes from which programs read and to which they write. */
export const PIPES = { stdin: 'pipe:0', stdout: 'pipe:1', third: 'pipe:3', fourth: 'pipe:4' } as const;

/** Arguments of ffprobe that print the media information of a file as JSON, with the bytes of its texts, with chapters or without. */
export function probeArguments(source: Source, { chapters }: { chapters: boolean }): string[] {
  const show = [
    '-show_format',
    '-show_streams',
    ...(chapters ? ['-show_chapters'] : []),
    '-of',
    'json=sv=ignore',
  ];
  return ['-v', 'warning', '-hide_banner', ...show, ...inputArguments(source)];
}

/**
 * Arguments of ffmpeg that print a description of a file on stderr, and its tags and chapters on standard output. They copy the sound
 * and keep nothing of it.
 * @param track the sound track whose tags and length count, from 1
 * @param mark from `outputMark`; the description names standard output by it
 */
export function describeArguments(source: Source, track: number, mark: OutputMark): string[] {
  const sound = [...soundOnly(track), '-map_chapters', '0', '-c', 'copy'];
  const input = [...quiet(PIPES.third), '-v', 'info', ...inputArguments(source)];
  return [...input, ...sound, '-f', 'ffmetadata', mark];
}

/** Selects a sound track of the input by its number, which counts from 1. */
function soundTrack(track: number): string[] {
  return ['-map', `0:${streamOf(track)}`];
}

/** Selects a sound track and nothing else. */
export function soundOnly(track: number): string[] {
  return [...soundTrack(track), '-vn', '-sn', '-dn'];
}

/** ffmpeg's specifier of a sound track. */
function streamOf(track: number): string {
  return `a:${track - 1}`;
}

type OutputMark = `pipe:output-${string}`;

/** A name of standard output: ffmpeg uses the standard pipe if no number follows `pipe:` (libavformat/file.c). */
export function outputMark(random: string): OutputMark {
  return `pipe:output-${random}`;
}

/** A file by its absolute path, or a pipe; never a name that ffmpeg could take for another protocol. */
type Address = `file:/${string}` | (typeof PIPES)[keyof typeof PIPES];

/** The address of a file, or `pipe` for a stream. */
function addressOf(place: Source | Output, pipe: typeof PIPES.stdin | typeof PIPES.stdout): Address {
  if (typeof place !== 'string') return pipe;
  if (!place.startsWith('/')) throw new TypeError('a path must be absolute');
  return `file:/${place.slice(1)}`;
}

/**
 * An untrusted input, behind its guards.
 * @param decoder ffmpeg's name of the decoder; null: the one that ffmpeg chooses
 */
export function inputArguments(source: Source, decoder: string | null = null): string[] {
  const forced = decoder === null ? [] : ['-c:a', decoder];
  return [...GUARDS, ...forced, '-i', addressOf(source, PIPES.stdin)];
}

export interface Encoding {
  input: Source;
  /** The sound track, from 1. */
  track: number;
  /** The decoder, if ffmpeg chooses a wrong one. */
  decoder: string | null;
  output: Output;
  /** Whether ffmpeg also writes the decoded original to a pipe. */
  drawn: boolean;
  plan: Plan;
  level: Level;
  /** Samples of the result; null if no pass has counted them. */
  length: number | null;
  /** Tags that ffmpeg writes, by its names. */
  tags: Readonly<Record<string, string>>;
  /** Bytes that ffmpeg leaves free in the head of the file, so that the library writes tags without moving the sound; null: its own choice. */
  padding: number | null;
  /** Path of a file of chapters in ffmpeg's own format; null if there is none. */
  chapterFile: string | null;
  /** Bytes of the chunk `bext` of a WAV file, of which ffmpeg writes a placeholder; null: no chunk. */
  bextLength: number | null;
  /** Whether this ffmpeg can write the length of an MP4 file in samples; builds of 2018 can't. */
  movieTimescale: boolean;
  /** Whether this ffmpeg measures peaks cheaply; builds of 2018 can't. */
  peakMeter: boolean;
  /** Bytes after which ffmpeg stops writing; the result check then fails. */
  mostBytes: number;
}

/** No stdin prompts; progress as `key=value` lines on a separate pipe. */
export function quiet(progress: Address): string[] {
  return ['-nostdin', '-hide_banner', '-nostats', '-progress', progress, '-y'];
}

/** Pipes in the order result, sound, progress. Standard output comes first, since the spawn helper need not forward it. */
function otherPipes(output: Address, drawn: boolean): { sound: Address; progress: Address } {
  const [first, second] = output === PIPES.stdout ? [PIPES.third, PIPES.fourth] : [PIPES.stdout, PIPES.third];
  return { sound: first, progress: drawn ? second : first };
}

/** ffmpeg delivers all that can be decoded; otherwise it fails if two thirds of the packets are damaged. */
export const DELIVER = ['-max_error_rate', '1'] as const;

/** Number of ffmpeg's log level `debug`, below the level of all runs; builds of 2018 know no name for it here. */
const DEBUG = 48;

/** ffmpeg reads a tag file of this service in this format only. */
const TAG_FILE = ['-protocol_whitelist', 'file', '-f', 'ffmetadata'];

/** A part of an original, in seconds; without `seconds` it reaches to the end. */
export interface Part {
  start: number;
  seconds?: number | undefined;
}

/** Arguments of ffmpeg for one conversion: one sound track and no picture. */
export function convertArguments(encoding: Encoding, part: Part | null = null): string[] {
  const { input, track, decoder, drawn, plan, level, length, tags, chapterFile, mostBytes } = encoding;
  const { format, encoder, chain, settings, options } = plan;
  const metering = { exact: options.clip === 'limit', peakMeter: encoding.peakMeter };
  const output = addressOf(encoding.output, PIPES.stdout);
  const { sound, progress } = otherPipes(output, drawn);
  return [
    ...[
      ...quiet(progress),
      ...REPORTING,
      ...DELIVER,
      ...partArguments(part),
      ...inputArguments(input, decoder),
    ],
    ...(chapterFile ? [...TAG_FILE, '-i', addressOf(chapterFile, PIPES.stdin)] : []),
    ...[...soundTrack(track), '-vn', '-sn', '-dn'],
    ...['-map_chapters', chapterFile ? '1' : '-1', ...tagArguments(tags)],
    ...(encoder.name === 'copy' ? [] : filterArguments(filters(chain, level, length, metering))),
    ...['-c:a', encoder.name, ...sampleFormat(plan), ...settings],
    ...[...format.settings, ...repeatable(plan), ...timescale(encoding), ...reservedBext(encoding)],
    ...(encoding.padding === null ? [] : ['-metadata_header_padding', String(encoding.padding)]),
    ...['-fs', String(mostBytes), ...(output === PIPES.stdout ? BUFFERED : [])],
    ...['-f', format.muxer, output],
    ...(drawn ? soundArguments(sound, track) : []),
  ];
}

/** ffmpeg reads times as microseconds. */
function partArguments(part: Part | null): string[] {
  if (!part) return [];
  const length = part.seconds === undefined ? [] : ['-t', part.seconds.toFixed(6)];
  return ['-ss', part.start.toFixed(6), ...length];
}

/** One sound track of an input, from 1. */
export interface SelectedSound {
  input: Source;
  track: number;
  /** The decoder, if ffmpeg chooses a wrong one. */
  decoder: string | null;
}

/** The sound that a probe describes. A source without a probe has its first track decoded. */
export function selectedSound(
  input: Source,
  probed: Pick<Probed, 'track' | 'decoder'> | null,
): SelectedSound {
  return { input, track: probed?.track ?? 1, decoder: probed?.decoder ?? null };
}

/**
 * Arguments for a pass that measures loudness and prints it on stderr.
 * @param chain measures the output of these filters before the change of level; null: measures the file itself
 * @param dualMono whether one channel counts as the two that play it
 */
export function loudnessArguments(
  sound: SelectedSound,
  chain: Chain | null,
  length: number | null,
  dualMono = false,
): string[] {
  const before = chain ? measuredFilters(chain, length) : [];
  const mono = dualMono ? ':dualmono=true' : '';
  return measuring(sound, [...before, `ebur128=peak=true:framelog=${DEBUG}${mono}`]);
}

/** Arguments for a pass that prints the true peak on stderr and the loudness of each gating block to standard output. */
export function blockArguments(sound: SelectedSound, dualMono: boolean): string[] {
  const mono = dualMono ? ':dualmono=true' : '';
  const meter = `ebur128=peak=true:framelog=${DEBUG}:metadata=1${mono}`;
  const print = 'ametadata=mode=print:key=lavfi.r128.M:file=pipe\\\\:1';
  return measuring(sound, [meter, print], PIPES.third);
}

/** Arguments for a pass that writes the samples of a conversion as 32-bit floating point to standard output. */
export function levelledArguments(
  { input, track, decoder }: SelectedSound,
  chain: Chain,
  level: Level,
  length: number | null,
): string[] {
  return [
    ...[...quiet(PIPES.third), ...REPORTING, ...DELIVER, ...inputArguments(input, decoder)],
    ...[...soundOnly(track), ...filterArguments(floatFilters(chain, level, length))],
    ...['-c:a', 'pcm_f32le', '-f', 'f32le', ...BUFFERED, PIPES.stdout],
  ];
}

/** Writes to a pipe in blocks of 64 KiB; writing each packet, which is ffmpeg's default, costs eight times as much. */
export const BUFFERED = ['-flush_packets', '0', '-blocksize', '65536'];

/** The decoded original: one channel of unsigned 8-bit samples. */
function soundArguments(pipe: Address, track: number): string[] {
  const mono = ['-ac', '1', '-c:a', 'pcm_u8', '-f', 'u8'];
  return [...soundOnly(track), ...mono, ...BUFFERED, pipe];
}

/** Arguments for a pass that writes only the sound, to standard output. */
export function decodeArguments({ input, track, decoder }: SelectedSound): string[] {
  const sound = soundArguments(PIPES.stdout, track);
  return [...quiet(PIPES.third), ...REPORTING, ...DELIVER, ...inputArguments(input, decoder), ...sound];
}

/** A part of a sound, and the size of its picture. */
export interface SpectrumWindow {
  /** Seconds. */
  start: number;
  seconds: number;
  /** Pixels. */
  width: number;
  height: number;
}

/** Arguments that draw the spectrum of a part of a sound, mixed to one channel, as PNG on standard output. */
export function spectrumArguments(
  { input, track, decoder }: SelectedSound,
  { start, seconds, width, height }: SpectrumWindow,
): string[] {
  const picture = `showspectrumpic=s=${width}x${height}:legend=0:color=fiery:drange=100`;
  const graph = `[0:${streamOf(track)}]aformat=channel_layouts=mono,${picture}[picture]`;
  return [
    ...[...quiet(PIPES.third), ...REPORTING, ...DELIVER, '-ss', String(start), '-t', String(seconds)],
    ...[...inputArguments(input, decoder), '-filter_complex', graph, '-map', '[picture]'],
    ...['-frames:v', '1', '-c:v', 'png', '-f', 'image2pipe', PIPES.stdout],
  ];
}

/** Arguments that write the sound in the format of its beginning to standard output, as WAV. */
export function steadyArguments(
  { input, track, decoder }: SelectedSound,
  { media, depth }: Probed,
): string[] {
  const { sampleRate, channels, channelLayout } = media;
  const named = channelLayout !== null && /^[\w.()]+$/.test(channelLayout);
  const layout = named ? [`aformat=channel_layouts=${channelLayout}`] : [];
  const codec = depth === null || depth.float ? 'pcm_f32le' : depth.bits === 16 ? 'pcm_s16le' : 'pcm_s32le';
  return [
    ...[...quiet(PIPES.third), ...REPORTING, ...DELIVER, ...inputArguments(input, decoder)],
    ...[...soundOnly(track), ...filterArguments([`aresample=${sampleRate}`, ...layout, 'asetpts=N/SR/TB'])],
    ...['-ac', String(channels), '-c:a', codec, '-f', 'wav', ...BUFFERED, PIPES.stdout],
  ];
}

/** Arguments for a pass that only decodes: its last progress is the length of the result. */
export function lengthArguments(sound: SelectedSound, chain: Chain): string[] {
  return measuring(sound, measuredFilters({ ...chain, fadeIn: 0, fadeOut: 0 }, null));
}

function measuring(
  { input, track, decoder }: SelectedSound,
  chain: string[],
  progress: Address = PIPES.stdout,
): string[] {
  return [
    ...[...quiet(progress), ...REPORTING, ...DELIVER, ...inputArguments(input, decoder)],
    ...[...soundOnly(track), ...filterArguments(chain), '-f', 'null', '-'],
  ];
}

function filterArguments(chain: string[]): string[] {
  return chain.length > 0 ? ['-filter:a', chain.join(',')] : [];
}

/** Inherits no tags by itself. The short form, `-map_metadata -1`, would take the titles from chapters as well. */
const NO_TAGS = ['-map_metadata:g', '-1', '-map_metadata:s', '-1'];

/** Nothing of the original's metadata, and the given tags. */
function tagArguments(tags: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(tags).flatMap(([name, value]) => ['-metadata:g', `${name}=${value}`]);
  return [...NO_TAGS, ...values];
}

function sampleFormat({ encoder: { depth } }: Plan): string[] {
  return depth ? ['-sample_fmt', depth.sampleFormat] : [];
}

/** Muxers that number their streams at random, but for this (libavformat/oggenc.c, matroskaenc.c). */
const RANDOM: ReadonlySet<string> = new Set(['ogg', 'oga', 'opus', 'webm', 'matroska']);

/** A result with a receipt has the same bytes again. */
function repeatable({ format, options }: Plan): string[] {
  return options.receipt !== undefined && RANDOM.has(format.muxer) ? ['-fflags', '+bitexact'] : [];
}

/** Without this, MP4 rounds its length to milliseconds. */
function timescale({ plan: { format, sampleRate }, movieTimescale }: Encoding): string[] {
  return format.muxer === 'ipod' && movieTimescale ? ['-movie_timescale', String(sampleRate)] : [];
}

/** ffmpeg's chunk has 602 bytes, and the coding history with a NUL at its end (libavformat/wavenc.c). */
function reservedBext({ bextLength, plan: { format } }: Encoding): string[] {
  if (bextLength === null || format.muxer !== 'wav') return [];
  const history = 'x'.repeat(Math.max(0, bextLength - 603));
  return ['-write_bext', '1', '-metadata:g', `coding_history=${history}`];
}
