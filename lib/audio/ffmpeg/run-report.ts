import { type Complaint, createMessageReader } from './decoder-messages.ts';
import { saysFailedEnd, saysFailedRead } from './exit-errors.ts';

/** Arguments that make ffmpeg print all that a report needs: every line with its level, none collapsed. */
export const REPORTING = ['-v', 'repeat+level+verbose'] as const;

/** Format of decoded samples. */
export interface SoundFormat {
  /** Hz. */
  sampleRate: number;
  /** ffmpeg's name of the layout, or its number in hexadecimal digits. */
  layout: string;
}

/** Outcome of one run of ffmpeg. Counts are null if ffmpeg printed none. */
export interface RunReport {
  /** Packets of the sound that the demuxer read. */
  packets: number | null;
  /** Samples of each channel that the decoder made. */
  decoded: number | null;
  /** Samples of each channel that the first output received. */
  written: number | null;
  /** Format of the first decoded samples; null if there are none. */
  format: SoundFormat | null;
  /** All formats of decoded samples, each once, in the order of the sound; at most 16. */
  formats: readonly SoundFormat[];
  /** Whether ffmpeg could not read on. */
  failedRead: boolean;
  /** Whether the end of a result could not be written. */
  failedEnd: boolean;
  /** Whether a filter found samples that exceed full scale, or 16-bit samples at full scale, which may have exceeded it. */
  clips: boolean;
  /** Number of error messages about the sound by their meaning. */
  complaints: Readonly<Record<Complaint, number>>;
}

export interface ReportReader {
  /** Reads a line of stderr; returns whether it is an error, or belongs to a measurement. */
  readonly read: (line: string) => boolean;
  readonly report: () => RunReport;
}

/** Summaries that ffmpeg prints at the end of a run (fftools, print_final_stats), from 2013 on. */
const DECODED =
  /Input stream #0:\d+ \(audio\): (\d+) packets read .*frames decoded;?(?: \d+ decode errors)? ?\((\d+) samples\)/;
const WRITTEN = /Output stream #0:\d+ \(audio\): .*frames encoded \((\d+) samples\)/;

/** A filter graph begins, or begins again since the decoded format has changed (libavfilter/buffersrc.c). */
const GRAPH =
  /^\[graph_([^_\s]+)_in_\S+ @ [^\]]+\] \[verbose\] tb:\S+ samplefmt:(\S+) samplerate:(\d+) chlayout:(.*)$/;

/** Number of every graph of an output since ffmpeg 9: the graphs of several outputs then begin under one name. */
const SHARED = '-1';

/** The last one is that of all channels together. */
const PEAK = /^\[Parsed_astats_.*\[info\] Peak level dB: (-?[\d.]+)$/;

/** ffmpeg rounds to a tenth of a decibel, so that the highest samples, from 32580 on, have zero. */
const FULL_SCALE = /^\[Parsed_volumedetect_.*\[info\] max_volume: -?0\.0 dB$/;

/** Lines that are no errors, but for those of filters that measure. */
const CHATTER = /^(?!\[Parsed_(?:ebur128|astats)_)(?:\[[^\]@]+ @ [^\]@]+\] )*\[(?:verbose|info|warning)\]/;

/**
 * Reads stderr of a run with `REPORTING`.
 * @param onChange called when the decoded format changes in mid-stream: filters then begin again
 */
export function createReportReader(onChange: (from: SoundFormat, to: SoundFormat) => void): ReportReader {
  const complaints: Record<Complaint, number> = { lost: 0, junk: 0, cut: 0 };
  const meaning = createMessageReader();
  const graphs = new Map<string, SoundFormat & { samples: string }>();
  const formats: SoundFormat[] = [];
  let summary: Pick<RunReport, 'packets' | 'decoded' | 'written'> = {
    packets: null,
    decoded: null,
    written: null,
  };
  let clips = false;
  let failedRead = false;
  let failedEnd = false;

  const readGraph = (line: string) => {
    const [, graph, samples = '', rate, layout = ''] = GRAPH.exec(line) ?? [];
    if (graph === undefined) return;
    const now = { sampleRate: Number(rate), layout };
    const before = graphs.get(graph);
    if (graph === SHARED && before && before.samples === samples && isSame(before, now)) return;
    graphs.set(graph, { ...now, samples });
    if (formats.length < MOST_FORMATS && !formats.some((one) => isSame(one, now))) formats.push(now);
    if (before) onChange(before, now);
  };

  return {
    read(line) {
      const complaint = meaning(line);
      if (complaint) complaints[complaint] += 1;
      readGraph(line);
      const [, packets, decoded] = DECODED.exec(line) ?? [];
      if (decoded !== undefined) summary = { ...summary, packets: Number(packets), decoded: Number(decoded) };
      const written = WRITTEN.exec(line)?.[1];
      if (written !== undefined) summary = { ...summary, written: Number(written) };
      const level = PEAK.exec(line)?.[1];
      clips ||= Number(level ?? 0) > 0 || FULL_SCALE.test(line);
      const isError = !CHATTER.test(line);
      failedRead ||= isError && saysFailedRead(line);
      failedEnd ||= isError && saysFailedEnd(line);
      return isError;
    },
    report: () => ({
      ...summary,
      format: formats[0] ?? null,
      formats,
      failedRead,
      failedEnd,
      clips,
      complaints,
    }),
  };
}

/** Formats that a report lists. */
const MOST_FORMATS = 16;

function isSame(one: SoundFormat, other: SoundFormat): boolean {
  return one.sampleRate === other.sampleRate && one.layout === other.layout;
}
