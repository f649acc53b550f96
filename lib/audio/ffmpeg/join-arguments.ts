import type { Depth } from '../media/media-info.ts';
import { filters, UNCHANGED } from '../plan/filters.ts';
import type { Plan } from '../plan/plan.ts';
import {
  BUFFERED,
  DELIVER,
  inputArguments,
  PIPES,
  quiet,
  type SelectedSound,
  soundOnly,
} from './arguments.ts';
import { REPORTING } from './run-report.ts';

/** Arguments that write the samples of one track of a join to standard output, as WAV with the given codec. */
export function joinArguments(
  { input, track, decoder }: SelectedSound,
  { chain, channels }: Plan,
  codec: string,
): string[] {
  const steps = filters(chain, UNCHANGED, null, { exact: false, peakMeter: false });
  return [
    ...[...quiet(PIPES.third), ...REPORTING, ...DELIVER, ...inputArguments(input, decoder)],
    ...[...soundOnly(track), '-filter:a', steps.join(',')],
    ...['-ac', String(channels), '-c:a', codec, '-f', 'wav', ...BUFFERED, PIPES.stdout],
  ];
}

/** ffmpeg's muxers of bare packets, by ffprobe's name of a codec whose packets follow one another without a container. */
const BARE: ReadonlyMap<string, string> = new Map([
  ['mp3', 'mp3'],
  ['mp2', 'mp2'],
  ['aac', 'adts'],
  ['ac3', 'ac3'],
  ['eac3', 'eac3'],
]);

/** ffmpeg's muxer of the bare packets of a codec; undefined for a codec whose packets need a container. */
export function bareMuxer(codec: string): string | undefined {
  return BARE.get(codec);
}

/** Arguments that write the packets of one track to standard output, without tags and header frames. */
export function packetArguments({ input, track }: SelectedSound, muxer: string): string[] {
  const bare = muxer === 'mp3' ? ['-write_xing', '0', '-id3v2_version', '0'] : [];
  return [
    ...[...quiet(PIPES.third), ...REPORTING, ...inputArguments(input), ...soundOnly(track)],
    ...['-map_metadata', '-1', '-c:a', 'copy', ...bare, '-f', muxer, ...BUFFERED, PIPES.stdout],
  ];
}

/** ffmpeg's codec of PCM that holds every sample of a depth. */
export function pcmOf({ bits, float }: Depth): string {
  if (float) return bits === 64 ? 'pcm_f64le' : 'pcm_f32le';
  return bits <= 16 ? 'pcm_s16le' : bits === 24 ? 'pcm_s24le' : 'pcm_s32le';
}
