/** Time of the packets of one stream. */
export interface PacketTimes {
  /** Seconds from the requested start to the beginning of the first packet, and to the end of the last one. */
  first: number;
  last: number;
}

/**
 * Reads ffmpeg's `framecrc` line by line: a time base (`#tb 0: 1/44100`), then for each packet its stream, dts, pts, duration,
 * size and checksum. Undefined before the first packet.
 */
export function packetTimesReader(): {
  onLine: (line: string) => void;
  times: () => PacketTimes | undefined;
} {
  let base = 1;
  let first: number | undefined;
  let last = 0;
  return {
    onLine(line) {
      const [, over, under] = /^#tb 0: (\d+)\/(\d+)/.exec(line) ?? [];
      if (over !== undefined) base = Number(over) / Number(under);
      const [, pts, duration] = /^0,\s*-?\d+,\s*(-?\d+),\s*(\d+),/.exec(line) ?? [];
      if (pts === undefined) return;
      first ??= Number(pts) * base;
      last = (Number(pts) + Number(duration)) * base;
    },
    times: () => (first === undefined ? undefined : { first, last }),
  };
}
