import { cutArguments, type PacketCut } from '../plan/packet-cut.ts';
import { DELIVER, inputArguments, PIPES, quiet, type SelectedSound, soundOnly } from './arguments.ts';
import { REPORTING } from './run-report.ts';

/** ffmpeg's name of a hash of 128 bits, and the least costly of that size; it finds damage, not forgery. */
const HASH = ['-f', 'hash', '-hash', 'murmur3'];

/** The sound of a file whose packets and samples are compared with those of another one. */
export interface FingerprintedSound extends Omit<SelectedSound, 'decoder'> {
  /** ffprobe's name of the codec. */
  codec: string;
}

/**
 * Arguments for a pass that decodes all, and prints the hash of the packets on standard output and that of the decoded samples on
 * the next pipe. The report counts the samples of the first output.
 */
export function fingerprintArguments(sound: FingerprintedSound): string[] {
  return [
    ...begin(sound),
    ...[...soundOnly(sound.track), '-c:a', 'pcm_f64le', ...HASH, PIPES.third],
    ...[...packets(sound), ...HASH, PIPES.stdout],
  ];
}

/**
 * Arguments for a pass that prints the hash of the packets that a cut leaves on standard output, and a line for each of
 * them on the next pipe. It decodes nothing: otherwise ffmpeg begins with one packet more (tried: 5.1).
 */
export function cutPacketsArguments(sound: FingerprintedSound, bounds: PacketCut): string[] {
  const cut = cutArguments(bounds);
  return [
    ...begin(sound),
    ...[...packets(sound), ...cut, ...HASH, PIPES.stdout],
    ...[...packets(sound), ...cut, '-f', 'framecrc', PIPES.third],
  ];
}

/** Arguments for a pass that prints a line for each packet on standard output, and decodes nothing. */
export function packetsArguments(sound: FingerprintedSound): string[] {
  const progress = quiet(PIPES.third);
  const input = [...REPORTING, ...DELIVER, ...inputArguments(sound.input)];
  return [...progress, ...input, ...packets(sound), '-f', 'framecrc', PIPES.stdout];
}

function begin({ input }: FingerprintedSound): string[] {
  return [...quiet(PIPES.fourth), ...REPORTING, ...DELIVER, ...inputArguments(input)];
}

/** AAC packets have a header of their own in ADTS and MPEG-TS, and none in MP4 and Matroska. */
function packets({ track, codec }: FingerprintedSound): string[] {
  const bare = codec === 'aac' ? ['-bsf:a', 'aac_adtstoasc'] : [];
  return [...soundOnly(track), '-c:a', 'copy', ...bare];
}
