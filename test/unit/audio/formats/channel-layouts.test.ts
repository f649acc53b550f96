import assert from 'node:assert/strict';
import { channelNames, mixTo } from '../../../../lib/audio/formats/channel-layouts.ts';

/** Shares have six decimals. */
const HALF = Number(Math.SQRT1_2.toFixed(6));

/** Shares by target and source channel, read from the filter. */
function shares(from: string, to: string): Record<string, Record<string, number>> {
  const all = channelNames(from, countOf(from));
  const { filter } = mixTo(all, to);
  const [, ...rows] = filter.replace(/^pan=/, '').split('|');
  const targets = channelNames(to, countOf(to));
  return Object.fromEntries(
    rows.map((row, index) => [
      targets[index] ?? '',
      Object.fromEntries(
        [...row.matchAll(/([\d.]+)\*c(\d+)/g)]
          .filter(([, share]) => Number(share) > 0)
          .map(([, share, source]) => [all[Number(source)] ?? '', Number(share)]),
      ),
    ]),
  );
}

const COUNTS: Readonly<Record<string, number>> = {
  ...{ mono: 1, stereo: 2, downmix: 2, '2.1': 3, '3.0': 3, '3.0(back)': 3, '3.1': 4, '4.0': 4, quad: 4 },
  ...{
    '4.1': 5,
    '5.0(side)': 5,
    '5.1': 6,
    '6.0': 6,
    hexagonal: 6,
    '6.1': 7,
    '7.0': 7,
    '7.1': 8,
    '7.1(wide)': 8,
  },
  ...{ octagonal: 8, hexadecagonal: 16, '22.2': 24 },
};

const countOf = (layout: string) => COUNTS[layout] ?? 0;

/** Shares of the left channel of stereo, by ITU-R BS.775-3, annex 4, where it has the layout. */
const LEFT: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '2.1': { FL: 1 },
  '3.0': { FL: 1, FC: HALF },
  '3.0(back)': { FL: 1, BC: 0.5 },
  '3.1': { FL: 1, FC: HALF },
  '4.0': { FL: 1, FC: HALF, BC: 0.5 },
  quad: { FL: 1, BL: HALF },
  '4.1': { FL: 1, FC: HALF, BC: 0.5 },
  '5.0(side)': { FL: 1, FC: HALF, SL: HALF },
  '5.1': { FL: 1, FC: HALF, BL: HALF },
  '6.0': { FL: 1, FC: HALF, BC: 0.5, SL: HALF },
  hexagonal: { FL: 1, FC: HALF, BL: HALF, BC: 0.5 },
  '6.1': { FL: 1, FC: HALF, BC: 0.5, SL: HALF },
  '7.0': { FL: 1, FC: HALF, BL: HALF, SL: HALF },
  '7.1': { FL: 1, FC: HALF, BL: HALF, SL: HALF },
  '7.1(wide)': { FL: 1, FC: HALF, BL: HALF, FLC: 1 },
  octagonal: { FL: 1, FC: HALF, BL: HALF, BC: 0.5, SL: HALF },
};

/** Shares of one channel. */
const MONO: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  stereo: { FL: HALF, FR: HALF },
  downmix: { DL: HALF, DR: HALF },
  '2.1': { FL: HALF, FR: HALF },
  '3.1': { FL: HALF, FR: HALF, FC: 1 },
  '4.0': { FL: HALF, FR: HALF, FC: 1, BC: 0.5 },
  quad: { FL: HALF, FR: HALF, BL: 0.5, BR: 0.5 },
  '5.1': { FL: HALF, FR: HALF, FC: 1, BL: 0.5, BR: 0.5 },
};

describe('A mix of channels', () => {
  it('to stereo has the levels of ITU-R BS.775', () => {
    for (const [layout, left] of Object.entries(LEFT)) {
      assert.deepEqual(shares(layout, 'stereo').FL ?? {}, left, layout);
    }
  });

  it('only renames the channels of a downmix to stereo', () => {
    const { filter, exact } = mixTo(channelNames('downmix', 2), 'stereo');
    assert.deepEqual([filter, exact], ['channelmap=map=0|1:channel_layout=stereo', true]);
  });

  it('to mono has the levels of ITU-R BS.775', () => {
    for (const [layout, all] of Object.entries(MONO))
      assert.deepEqual(shares(layout, 'mono').FC, all, layout);
  });

  it('lets every channel but those of low frequencies be heard, from every layout to every one', () => {
    const layouts = Object.keys(COUNTS);
    for (const from of layouts) {
      for (const to of ['mono', 'stereo', '3.0', 'quad', '5.1', '6.1', '7.1', '7.1(wide)']) {
        const names = channelNames(from, countOf(from));
        const { filter, leavesLow } = mixTo(names, to);
        const heard = filter.startsWith('channelmap')
          ? new Set(filter.match(/(?<=map=|\|)\d+/g))
          : new Set([...filter.matchAll(/\*c(\d+)/g)].map(([, index]) => index));
        const silent = names.filter((_, index) => !heard.has(String(index)));
        assert.ok(
          silent.every((name) => /^LFE2?$/.test(name)),
          `${from} to ${to}: ${silent}`,
        );
        assert.equal(leavesLow, silent.length > 0, `${from} to ${to}`);
      }
    }
  });
});
