/** Packets of one stream in their order. */
export interface PacketList {
  /** Presentation times, in units of the time base. */
  starts: readonly number[];
  /** Seconds of a unit. */
  base: number;
}

/** Reads ffmpeg's `framecrc` line by line; see `packetTimesReader`. */
export function packetListReader(): { onLine: (line: string) => void; list: () => PacketList } {
  let base = 1;
  const starts: number[] = [];
  return {
    onLine(line) {
      const [, over, under] = /^#tb 0: (\d+)\/(\d+)/.exec(line) ?? [];
      if (over !== undefined) base = Number(over) / Number(under);
      const [, pts] = /^0,\s*-?\d+,\s*(-?\d+),/.exec(line) ?? [];
      if (pts !== undefined) starts.push(Number(pts));
    },
    list: () => ({ starts, base }),
  };
}
