/** Encoders and decoders of sound. */
export interface CodecList {
  /** Names of encoders. */
  encoders: ReadonlySet<string>;
  /** Names of decoders by the name of their codec. */
  decoders: ReadonlyMap<string, readonly string[]>;
}

/** A line such as ` DEA.L. mp3   MP3 (MPEG audio layer 3) (decoders: mp3float mp3 ) (encoders: libmp3lame )`. */
const CODEC = /^ ([D.])([E.])A\S{3} (\S+)(.*)$/gm;

/**
 * Reads the output of `ffmpeg -codecs`. A line lists the decoders or the encoders only if the codec has several, or one
 * with another name (fftools/opt_common.c). Until ffmpeg 8, a space stands before the bracket that closes them.
 */
export function readCodecs(output: string): CodecList {
  const encoders = new Set<string>();
  const decoders = new Map<string, readonly string[]>();
  for (const [, decodes, encodes, codec = '', rest = ''] of output.matchAll(CODEC)) {
    const listed = (kind: string) =>
      new RegExp(`\\(${kind}: (.*?) ?\\)`).exec(rest)?.[1]?.split(' ') ?? [codec];
    if (decodes === 'D') decoders.set(codec, listed('decoders'));
    if (encodes === 'E') for (const name of listed('encoders')) encoders.add(name);
  }
  return { encoders, decoders };
}
