import { eachLine } from '../../process/limited-process.ts';
import { AppError } from '../../runtime/errors.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import {
  cutPacketsArguments,
  type FingerprintedSound,
  fingerprintArguments,
} from '../ffmpeg/fingerprint-arguments.ts';
import type { RunReport } from '../ffmpeg/run-report.ts';
import { decode, type Material, type Tools } from '../ffmpeg/runs.ts';
import { type PacketTimes, packetTimesReader } from '../media/packet-times.ts';
import type { PacketCut } from '../plan/packet-cut.ts';
import { isEmpty } from './judgement.ts';

/** Hashes of the sound of a file. */
export interface Fingerprint {
  packets: string;
  /** Hash of the decoded samples. */
  samples: string;
  /** Report on the decoding of the whole sound. */
  report: RunReport;
}

/** Packets that a cut leaves. */
export interface CutPackets {
  packets: string;
  times: PacketTimes;
}

/** Decodes the sound of a file whole. Throws as a conversion, and `FormatChange` if its sample rate or channels change. */
export async function fingerprint(
  tools: Tools,
  material: Material,
  sound: Omit<FingerprintedSound, 'input'>,
  onSeconds: (seconds: number) => void,
): Promise<Fingerprint> {
  const [packets, samples] = [hashReader(), hashReader()];
  const args = fingerprintArguments({ ...sound, input: material.input });
  const { ending, report } = await decode(tools, material, args, {
    output: eachLine(packets.onLine),
    sound: eachLine(samples.onLine),
    onSeconds,
    steady: true,
  });
  if (ending.code !== 0 && !isEmpty(report)) throw decodingFailure(ending);
  return { packets: packets.hash(), samples: samples.hash(), report };
}

/** Reads the packets of a file that a cut leaves. Throws as a conversion, and `nothing_left` if there are none. */
export async function cutPackets(
  tools: Tools,
  material: Material,
  sound: Omit<FingerprintedSound, 'input'>,
  cut: PacketCut,
): Promise<CutPackets> {
  const [packets, times] = [hashReader(), packetTimesReader()];
  const { ending } = await decode(
    tools,
    material,
    cutPacketsArguments({ ...sound, input: material.input }, cut),
    {
      output: eachLine(packets.onLine),
      sound: eachLine(times.onLine),
    },
  );
  if (ending.code !== 0) throw decodingFailure(ending);
  const found = times.times();
  if (!found) throw new AppError('nothing_left', 'Trimming leaves no packet of the sound.');
  return { packets: packets.hash(), times: found };
}

function hashReader(): { onLine: (line: string) => void; hash: () => string } {
  let hash = '';
  return {
    onLine(line) {
      hash = /^murmur3=(\w+)/.exec(line)?.[1] ?? hash;
    },
    hash: () => hash,
  };
}
