import type { Format } from '../formats/formats.ts';
import type { Cover } from '../media/media-info.ts';
import type { TagChanges } from '../media/tag-names.ts';
import { type Chain, filters, type Level, measuredFilters } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { GUARDS } from './allowed-inputs.ts';
import type { Source } from './input.ts';
import type { Output } from './output.ts';

/** Pipes from which programs read and to which they write. */
const PIPES = { stdin: 'pipe:0', stdout: 'pipe:1', third: 'pipe:3', fourth: 'pipe:4' } as const;

/** Arguments of ffprobe that print the media information of a file as JSON. */
export function probeArguments(source: Source): string[] {
  const show = ['-show_format', '-show_streams', '-of', 'json'];
  return ['-v', 'warning', '-hide_banner', ...show, ...inputArguments(source)];
}

/**
 * Arguments of ffmpeg that print a description of a file on stderr and its tags on standard output. They copy the sound
 * and keep nothing of it.
 * @param mark from `outputMark`; the description names standard output by it
 */
export function describeArguments(source: Source, mark: OutputMark): string[] {
  const sound = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_chapters', '-1', '-c', 'copy'];
  const input = [...quiet(PIPES.third), '-v', 'info', ...inputArguments(source)];
  return [...input, ...sound, '-f', 'ffmetadata', mark];
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

/** An untrusted input, behind its guards. */
function inputArguments(source: Source): string[] {
  return [...GUARDS, '-i', addressOf(source, PIPES.stdin)];
}

export interface Encoding {
  input: Source;
  output: Output;
  /** Whether ffmpeg also writes the decoded original to a pipe. */
  drawn: boolean;
  plan: Plan;
  level: Level;
  /** Samples of the result; null if no pass has counted them. */
  length: number | null;
  tags: TagChanges;
  /** Path of a file of tags in ffmpeg's own format, with the picture of an Ogg file. */
  pictureTag: string | null;
  /** Whether this ffmpeg can write the length of an MP4 file in samples; builds of 2018 can't. */
  movieTimescale: boolean;
  /** Bytes after which ffmpeg stops writing; the result check then fails. */
  mostBytes: number;
}

/** No stdin prompts; progress as `key=value` lines on a separate pipe. */
function quiet(progress: Address): string[] {
  return ['-nostdin', '-hide_banner', '-nostats', '-progress', progress, '-y'];
}

/** Pipes in the order result, sound, progress. Standard output comes first, since the spawn helper need not forward it. */
function otherPipes(output: Address, drawn: boolean): { sound: Address; progress: Address } {
  const [first, second] = output === PIPES.stdout ? [PIPES.third, PIPES.fourth] : [PIPES.stdout, PIPES.third];
  return { sound: first, progress: drawn ? second : first };
}

/** ffmpeg reads a tag file of this service in this format only. */
const TAG_FILE = ['-protocol_whitelist', 'file', '-f', 'ffmetadata'];

/** Arguments of ffmpeg for one conversion: the first audio stream, its picture and its tags. */
export function convertArguments(encoding: Encoding): string[] {
  const { input, drawn, plan, level, length, tags, pictureTag, mostBytes } = encoding;
  const { format, encoder, chain, settings } = plan;
  const output = addressOf(encoding.output, PIPES.stdout);
  const { sound, progress } = otherPipes(output, drawn);
  return [
    ...[...quiet(progress), '-v', 'error', ...inputArguments(input)],
    ...(pictureTag ? [...TAG_FILE, '-i', addressOf(pictureTag, PIPES.stdin)] : []),
    ...['-map', '0:a:0', ...picture(plan), '-sn', '-dn', '-map_chapters', '-1'],
    ...tagArguments(format, tags),
    ...(pictureTag ? ['-map_metadata:s:a:0', '1:g'] : []),
    ...filterArguments(filters(chain, level, length)),
    ...['-c:a', encoder.name, ...sampleFormat(plan), ...settings],
    ...[...format.settings, ...timescale(encoding)],
    ...['-fs', String(mostBytes), ...(output === PIPES.stdout ? BUFFERED : [])],
    ...['-f', format.muxer, output],
    ...(drawn ? soundArguments(sound) : []),
  ];
}

/**
 * Arguments for a pass that measures loudness and prints it on stderr.
 * @param chain measures the output of these filters before the change of level; null: measures the file itself
 */
export function loudnessArguments(input: Source, chain: Chain | null, length: number | null): string[] {
  const before = chain ? measuredFilters(chain, length) : [];
  return measuring(input, 'info', [...before, 'ebur128=peak=true:framelog=verbose']);
}

/** Writes to a pipe in blocks of 64 KiB; writing each packet, which is ffmpeg's default, costs eight times as much. */
const BUFFERED = ['-flush_packets', '0', '-blocksize', '65536'];

/** The decoded original: one channel of 16-bit little-endian samples. */
function soundArguments(pipe: Address): string[] {
  const mono = ['-ac', '1', '-c:a', 'pcm_s16le', '-f', 's16le'];
  return ['-map', '0:a:0', '-vn', '-sn', '-dn', ...mono, ...BUFFERED, pipe];
}

/** Arguments for a pass that writes only the sound, to standard output. */
export function decodeArguments(input: Source): string[] {
  return [...quiet(PIPES.third), '-v', 'error', ...inputArguments(input), ...soundArguments(PIPES.stdout)];
}

/** Arguments that copy a picture unchanged to standard output. */
export function pictureArguments(input: Source, { stream }: Cover): string[] {
  return [
    ...[...quiet(PIPES.third), '-v', 'error', ...inputArguments(input)],
    ...['-map', `0:${stream}`, '-c:v', 'copy', '-frames:v', '1', '-f', 'image2pipe', PIPES.stdout],
  ];
}

/** Arguments for a pass that only decodes: its last progress is the length of the result. */
export function lengthArguments(input: Source, chain: Chain): string[] {
  return measuring(input, 'error', measuredFilters({ ...chain, fadeIn: 0, fadeOut: 0 }, null));
}

function measuring(input: Source, verbosity: string, chain: string[]): string[] {
  return [
    ...[...quiet(PIPES.stdout), '-v', verbosity, ...inputArguments(input)],
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', ...filterArguments(chain), '-f', 'null', '-'],
  ];
}

function filterArguments(chain: string[]): string[] {
  return chain.length > 0 ? ['-filter:a', chain.join(',')] : [];
}

/** Copies a picture unchanged; ID3 and FLAC call it the front cover. */
function picture({ cover, format }: Plan): string[] {
  if (!cover || format.cover !== 'stream') return ['-vn'];
  const front = ['-disposition:v:0', 'attached_pic', '-metadata:s:v:0', 'comment=Cover (front)'];
  return ['-map', `0:${cover.stream}?`, '-c:v', 'copy', ...front];
}

/** Takes tags of the file and of its stream; Ogg and Opus keep them on the stream, other formats on the file. */
function tagArguments({ tags: where }: Format, { keep, set }: TagChanges): string[] {
  const target = where === 'stream' ? 's:a:0' : 'g';
  const from = (source: string) => [`-map_metadata:${target}`, source];
  const values = Object.entries(set).flatMap(([name, value]) => [`-metadata:${target}`, `${name}=${value}`]);
  return ['-map_metadata', '-1', ...(keep ? [...from('0:s:a:0'), ...from('0:g')] : []), ...values];
}

function sampleFormat({ encoder: { depth } }: Plan): string[] {
  return depth ? ['-sample_fmt', depth.sampleFormat] : [];
}

/** Without this, MP4 rounds its length to milliseconds. */
function timescale({ plan: { format, sampleRate }, movieTimescale }: Encoding): string[] {
  return format.muxer === 'ipod' && movieTimescale ? ['-movie_timescale', String(sampleRate)] : [];
}
