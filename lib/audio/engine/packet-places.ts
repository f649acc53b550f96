import { eachLine } from '../../process/limited-process.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import { packetsArguments } from '../ffmpeg/fingerprint-arguments.ts';
import { decode, type Tools } from '../ffmpeg/runs.ts';
import type { Options } from '../formats/options.ts';
import type { Adaptation } from '../media/adaptations.ts';
import { type PacketList, packetListReader } from '../media/packet-list.ts';
import { cannotSplit, type Part } from '../plan/split-places.ts';
import { materialOf, type Original } from './corrections.ts';

/** A part with its bounds as the options `start` and `end` name them; undefined where the whole begins or ends. */
export interface PlacedPart extends Part {
  from: number | undefined;
  to: number | undefined;
}

/**
 * Moves parts to packets: each packet is in one part. The packets are listed once, and every bound stands for both its neighbours.
 * Throws `cannot_split` if a part would have no packet.
 */
export async function packetPlaces(
  tools: Tools,
  found: Original,
  parts: readonly Part[],
  { start, end }: Options,
): Promise<PlacedPart[]> {
  const { sampleRate } = found.probed.media;
  const packets = await listPackets(tools, found);
  const bounds = parts.slice(1).map((part) => nearest(packets, part.start / sampleRate));
  for (const [index, bound] of bounds.entries())
    if (bound.packet <= (bounds[index - 1]?.packet ?? 0))
      throw cannotSplit(`Part ${index + 1} would have no packet: expected longer parts.`);
  return parts.map((part, index) => ({
    ...part,
    from: index === 0 ? start : bounds[index - 1]?.before,
    to: bounds[index]?.before ?? end,
    adaptations: [...part.adaptations, ...moved(part.start / sampleRate, bounds[index - 1])],
  }));
}

async function listPackets(tools: Tools, found: Original): Promise<PacketList> {
  const material = materialOf(found);
  const { track, media } = found.probed;
  const reader = packetListReader();
  const args = packetsArguments({ input: material.input, track, codec: media.codec });
  const { ending } = await decode(tools, material, args, { output: eachLine(reader.onLine) });
  if (ending.code !== 0) throw decodingFailure(ending);
  return reader.list();
}

interface Bound {
  packet: number;
  /** Seconds at which the packet begins. */
  at: number;
  /** Seconds within the packet before, so that no rounding moves a packet to the other side. */
  before: number;
}

function nearest({ starts, base }: PacketList, seconds: number): Bound {
  const wanted = seconds / base;
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  const [one, other] = [starts[low - 1], starts[low] ?? 0];
  const packet = one !== undefined && wanted - one < other - wanted ? low - 1 : low;
  const at = starts[packet] ?? 0;
  const before = at - (at - (starts[packet - 1] ?? at)) / 4;
  return { packet, at: at * base, before: before * base };
}

function moved(wanted: number, bound: Bound | undefined): Adaptation[] {
  const [from, to] = [wanted, bound?.at ?? wanted].map((seconds) => Number(seconds.toFixed(6)));
  if (from === undefined || to === undefined || from === to) return [];
  const reason = 'Parts of a copy begin with a packet.';
  return [{ property: 'start', from, to, code: 'between_packets', reason }];
}
