import { DECODERS, PICTURE_DECODERS } from './allowed-inputs.ts';

/**
 * Meaning of an error message of ffmpeg for the sound. `lost`: samples are missing or replaced. `junk`: a packet that is no
 * frame, which may be a tag or a header between joined streams. `cut`: the file ends too early.
 */
export type Complaint = 'lost' | 'junk' | 'cut';

/** `[mp3float @ 0x55e7] [error] Header missing`; since ffmpeg 7 also `[dec:mp3float @ 0x55e7]`. */
const LINE = /^\[(?:dec:)?([^\s\]@]+) @ [^\]@]+\] (?:\[[^\]@]+ @ [^\]@]+\] )?\[(?:error|fatal|panic)\] (.*)$/;

/** A decoder refused a packet; its own message stands before, if it has one. */
const REFUSED_PACKET =
  /\[error\] Error (?:while decoding stream|submitting (?:a )?packet to (?:the )?decoder)/;

const SOUND_DECODERS: ReadonlySet<string> = new Set(
  DECODERS.filter((name) => !PICTURE_DECODERS.some((picture) => picture === name)),
);

/** Messages of decoders about tags between joined files, and about headers of a chained stream. */
const JUNK: readonly (readonly [decoder: RegExp, message: RegExp])[] = [
  [/^mp[123]/, /^Header missing/],
  [/^(lib)?opus$/, /^Error parsing the packet header/],
];

/**
 * Messages of decoders about a packet without a whole sample and about headers of a chained stream, and one of an encoder
 * that has the name of its decoder.
 */
const HARMLESS =
  /Channel layout not supported|Invalid PCM packet|Not a Vorbis I audio packet|Codec \(\S+\) not on whitelist/;

/** Messages of demuxers that have thrown sound away, and of those whose file ends early. */
const DEMUXED: readonly (readonly [pattern: RegExp, complaint: Complaint])[] = [
  [/CRC mismatch|[Cc]orrupt(ed)? (input )?packet|Packet corrupt/, 'lost'],
  [/File ended prematurely|partial file|[Tt]runcat/, 'cut'],
];

/** `Stream #0:0 -> #0:0 (mp3 (mp3float) -> flac (native))`: encoders print under their names as decoders do. */
const MAPPING = /^\[info\] +Stream #0:\d+ -> #0:\d+ \((\S+) \((\S+)\) -> /;

/** Reads the messages of one run, line by line. */
export function createMessageReader(): (line: string) => Complaint | null {
  let previous: Complaint | null | undefined;
  let decoder: string | undefined;
  return (line) => {
    const [, codec, name] = MAPPING.exec(line) ?? [];
    if (codec !== undefined) decoder = name === 'native' ? codec : name;
    const [, context = '', message = ''] = LINE.exec(line) ?? [];
    if (REFUSED_PACKET.test(line)) {
      // The message of the decoder has already counted.
      const complaint = previous === undefined ? 'lost' : null;
      previous = undefined;
      return complaint;
    }
    const own = decoder === undefined ? SOUND_DECODERS.has(context) : context === decoder;
    const complaint = own ? ofDecoder(context, message) : ofDemuxer(line);
    previous = own ? complaint : undefined;
    return complaint;
  };
}

function ofDecoder(decoder: string, message: string): Complaint | null {
  if (HARMLESS.test(message)) return null;
  return JUNK.some(([name, pattern]) => name.test(decoder) && pattern.test(message)) ? 'junk' : 'lost';
}

function ofDemuxer(line: string): Complaint | null {
  if (!/\[(error|fatal)\]/.test(line)) return null;
  return DEMUXED.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
