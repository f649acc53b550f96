import type { Format } from '../formats/formats.ts';
import type { Cover } from '../media/media-info.ts';
import type { TagChanges } from '../media/tag-names.ts';
import { type Chain, filters, type Level, measuredFilters } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import { GUARDS } from './allowed-inputs.ts';

/** Where programs read and write where that is no local file. */
export const PIPES = { stdin: 'pipe:0', stdout: 'pipe:1', third: 'pipe:3', fourth: 'pipe:4' } as const;

/** Arguments of ffprobe that print what a file holds as JSON. */
export function probeArguments(input: Address): string[] {
  const show = ['-show_format', '-show_streams', '-of', 'json'];
  return ['-v', 'warning', '-hide_banner', ...GUARDS, ...show, '-i', input];
}

/** Arguments of ffmpeg that print what a file holds, its tags on standard output, and copy its sound to nowhere. */
export function describeArguments(input: Address): string[] {
  const sound = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_chapters', '-1', '-c', 'copy'];
  const all = [...quiet(PIPES.third), '-v', 'info', ...GUARDS, '-i', input];
  return [...all, ...sound, '-f', 'ffmetadata', PIPES.stdout];
}

/** A file by its absolute path, or one of the pipes; never a name that could be taken for another protocol. */
export type Address = `file:/${string}` | (typeof PIPES)[keyof typeof PIPES];

export function fileAddress(path: string): Address {
  if (!path.startsWith('/')) throw new TypeError('a path must be absolute');
  return `file:/${path.slice(1)}`;
}

export interface Encoding {
  input: Address;
  output: Address;
  /** Whether the decoded original is given out as well. */
  drawn: boolean;
  plan: Plan;
  level: Level;
  /** Samples of the result, where a pass has counted them. */
  length: number | null;
  tags: TagChanges;
  /** A file of tags in ffmpeg's own format, with the picture of an Ogg file. */
  pictureTag: Address | null;
  /** Whether this ffmpeg can have MP4 say its length in samples; builds of 2018 can't. */
  movieTimescale: boolean;
  /** ffmpeg stops writing beyond, which the check of the result then notices. Bytes. */
  mostBytes: number;
}

/** Nothing is asked, everything is said: progress as `key=value` lines on a pipe of its own. */
function quiet(progress: Address): string[] {
  return ['-nostdin', '-hide_banner', '-nostats', '-progress', progress, '-y'];
}

/** Pipes are given out in the order result, sound, progress: standard output first, which nobody has to pass on. */
function otherPipes(output: Address, drawn: boolean): { sound: Address; progress: Address } {
  const [first, second] = output === PIPES.stdout ? [PIPES.third, PIPES.fourth] : [PIPES.stdout, PIPES.third];
  return { sound: first, progress: drawn ? second : first };
}

/** A file that this program wrote is read as nothing else. */
const TAG_FILE = ['-protocol_whitelist', 'file', '-f', 'ffmetadata'];

/** Arguments of ffmpeg for one conversion: the first audio stream, its picture and its tags. */
export function convertArguments(encoding: Encoding): string[] {
  const { input, output, drawn, plan, level, length, tags, pictureTag, mostBytes } = encoding;
  const { format, encoder, chain, settings } = plan;
  const { sound, progress } = otherPipes(output, drawn);
  return [
    ...[...quiet(progress), '-v', 'error', ...GUARDS, '-i', input],
    ...(pictureTag ? [...TAG_FILE, '-i', pictureTag] : []),
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
 * Arguments for a pass that measures loudness on stderr: of a file, or of what `convertArguments` would make of it before
 * its level is changed.
 */
export function loudnessArguments(input: Address, chain: Chain | null, length: number | null): string[] {
  const before = chain ? measuredFilters(chain, length) : [];
  return measuring(input, 'info', [...before, 'ebur128=peak=true:framelog=verbose']);
}

/** Into a pipe by 64 KiB at a time: by packets, as ffmpeg does it unasked, it costs eight times as much. */
const BUFFERED = ['-flush_packets', '0', '-blocksize', '65536'];

/** The decoded original: one channel of 16-bit little-endian samples. */
function soundArguments(pipe: Address): string[] {
  const mono = ['-ac', '1', '-c:a', 'pcm_s16le', '-f', 's16le'];
  return ['-map', '0:a:0', '-vn', '-sn', '-dn', ...mono, ...BUFFERED, pipe];
}

/** Arguments for a pass that gives out nothing but the sound. */
export function decodeArguments(input: Address): string[] {
  return [...quiet(PIPES.third), '-v', 'error', ...GUARDS, '-i', input, ...soundArguments(PIPES.stdout)];
}

/** Arguments that copy a picture, as it is, to standard output. */
export function pictureArguments(input: Address, { stream }: Cover): string[] {
  return [
    ...[...quiet(PIPES.third), '-v', 'error', ...GUARDS, '-i', input],
    ...['-map', `0:${stream}`, '-c:v', 'copy', '-frames:v', '1', '-f', 'image2pipe', PIPES.stdout],
  ];
}

/** Arguments for a pass that only decodes: its progress ends with how long the result will be. */
export function lengthArguments(input: Address, chain: Chain): string[] {
  return measuring(input, 'error', measuredFilters({ ...chain, fadeIn: 0, fadeOut: 0 }, null));
}

function measuring(input: Address, verbosity: string, chain: string[]): string[] {
  return [
    ...[...quiet(PIPES.stdout), '-v', verbosity, ...GUARDS, '-i', input],
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', ...filterArguments(chain), '-f', 'null', '-'],
  ];
}

function filterArguments(chain: string[]): string[] {
  return chain.length > 0 ? ['-filter:a', chain.join(',')] : [];
}

/** A picture is copied as it is; ID3 and FLAC call it the front cover. */
function picture({ cover, format }: Plan): string[] {
  if (!cover || format.cover !== 'stream') return ['-vn'];
  const front = ['-disposition:v:0', 'attached_pic', '-metadata:s:v:0', 'comment=Cover (front)'];
  return ['-map', `0:${cover.stream}?`, '-c:v', 'copy', ...front];
}

/** From the container and from the stream alike: Ogg and Opus keep tags on the stream, others on the file. */
function tagArguments({ tags: where }: Format, { keep, set }: TagChanges): string[] {
  const target = where === 'stream' ? 's:a:0' : 'g';
  const from = (source: string) => [`-map_metadata:${target}`, source];
  const values = Object.entries(set).flatMap(([name, value]) => [`-metadata:${target}`, `${name}=${value}`]);
  return ['-map_metadata', '-1', ...(keep ? [...from('0:s:a:0'), ...from('0:g')] : []), ...values];
}

function sampleFormat({ encoder: { depth } }: Plan): string[] {
  return depth ? ['-sample_fmt', depth.sampleFormat] : [];
}

/** MP4 would say its length in thousandths of a second. */
function timescale({ plan: { format, sampleRate }, movieTimescale }: Encoding): string[] {
  return format.muxer === 'ipod' && movieTimescale ? ['-movie_timescale', String(sampleRate)] : [];
}
