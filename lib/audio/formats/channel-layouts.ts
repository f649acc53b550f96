import { USUAL } from './codecs.ts';

/** Channels of ffmpeg's layouts, in the order of their samples (libavutil/channel_layout.c). */
const LAYOUTS: Readonly<Record<string, string>> = {
  mono: 'FC',
  stereo: 'FL FR',
  downmix: 'DL DR',
  binaural: 'BIL BIR',
  '2.1': 'FL FR LFE',
  '3.0': 'FL FR FC',
  '3.0(back)': 'FL FR BC',
  '3.1': 'FL FR FC LFE',
  '4.0': 'FL FR FC BC',
  quad: 'FL FR BL BR',
  'quad(side)': 'FL FR SL SR',
  '4.1': 'FL FR FC LFE BC',
  '5.0': 'FL FR FC BL BR',
  '5.0(side)': 'FL FR FC SL SR',
  '5.1': 'FL FR FC LFE BL BR',
  '5.1(side)': 'FL FR FC LFE SL SR',
  '6.0': 'FL FR FC BC SL SR',
  '6.0(front)': 'FL FR FLC FRC SL SR',
  hexagonal: 'FL FR FC BL BR BC',
  '3.1.2': 'FL FR FC LFE TFL TFR',
  '6.1': 'FL FR FC LFE BC SL SR',
  '6.1(back)': 'FL FR FC LFE BL BR BC',
  '6.1(front)': 'FL FR LFE FLC FRC SL SR',
  '7.0': 'FL FR FC BL BR SL SR',
  '7.0(front)': 'FL FR FC FLC FRC SL SR',
  '7.1': 'FL FR FC LFE BL BR SL SR',
  '7.1(wide)': 'FL FR FC LFE BL BR FLC FRC',
  '7.1(wide-side)': 'FL FR FC LFE FLC FRC SL SR',
  '7.1(top)': 'FL FR FC LFE BL BR TFL TFR',
  '5.1.2': 'FL FR FC LFE SL SR TFL TFR',
  '5.1.2(back)': 'FL FR FC LFE BL BR TFL TFR',
  octagonal: 'FL FR FC BL BR BC SL SR',
  cube: 'FL FR BL BR TFL TFR TBL TBR',
  '5.1.4': 'FL FR FC LFE SL SR TFL TFR TBL TBR',
  '7.1.2': 'FL FR FC LFE BL BR SL SR TFL TFR',
  '7.1.4': 'FL FR FC LFE BL BR SL SR TFL TFR TBL TBR',
  '9.1.4': 'FL FR FC LFE BL BR FLC FRC SL SR TFL TFR TBL TBR',
  hexadecagonal: 'FL FR FC BL BR BC SL SR TFL TFC TFR TBL TBC TBR WL WR',
  '22.2': 'FL FR FC LFE BL BR FLC FRC BC SL SR TC TFL TFC TFR TBL TBC TBR LFE2 TSL TSR BFC BFL BFR',
};

const HALF = Math.SQRT1_2;

/** Channels of low frequencies, which a downmix leaves out (ITU-R BS.775-3, annex 7). */
const LOW: ReadonlySet<string> = new Set(['LFE', 'LFE2']);

/**
 * Channels that receive a channel which the target layout lacks, with their shares. The first step applies whose channels
 * all exist. ITU-R BS.775-3, annex 4, and ffmpeg use the same shares; channels above and below the listener go to their
 * neighbours on the level of the ears.
 */
const FOLDS: Readonly<Record<string, readonly Readonly<Record<string, number>>[]>> = {
  FL: [{ FC: HALF }],
  FR: [{ FC: HALF }],
  FC: [{ FL: HALF, FR: HALF }],
  BL: [{ SL: 1 }, { BC: HALF }, { FL: HALF }, { FC: 0.5 }],
  BR: [{ SR: 1 }, { BC: HALF }, { FR: HALF }, { FC: 0.5 }],
  SL: [{ BL: 1 }, { BC: HALF }, { FL: HALF }, { FC: 0.5 }],
  SR: [{ BR: 1 }, { BC: HALF }, { FR: HALF }, { FC: 0.5 }],
  BC: [{ BL: HALF, BR: HALF }, { SL: HALF, SR: HALF }, { FL: 0.5, FR: 0.5 }, { FC: 0.5 }],
  FLC: [{ FL: 1 }, { FC: HALF }],
  FRC: [{ FR: 1 }, { FC: HALF }],
  DL: [{ FL: 1 }, { FC: HALF }],
  DR: [{ FR: 1 }, { FC: HALF }],
  BIL: [{ FL: 1 }, { FC: HALF }],
  BIR: [{ FR: 1 }, { FC: HALF }],
  WL: [{ FL: HALF, SL: HALF }, { FL: HALF }, { FC: 0.5 }],
  WR: [{ FR: HALF, SR: HALF }, { FR: HALF }, { FC: 0.5 }],
  TFL: [{ FL: HALF }, { FC: 0.5 }],
  TFR: [{ FR: HALF }, { FC: 0.5 }],
  TFC: [{ FC: HALF }, { FL: 0.5, FR: 0.5 }],
  TBL: [{ BL: HALF }, { SL: HALF }, { FL: 0.5 }, { FC: HALF / 2 }],
  TBR: [{ BR: HALF }, { SR: HALF }, { FR: 0.5 }, { FC: HALF / 2 }],
  TBC: [
    { BC: HALF },
    { BL: 0.5, BR: 0.5 },
    { SL: 0.5, SR: 0.5 },
    { FL: HALF / 2, FR: HALF / 2 },
    { FC: 0.5 },
  ],
  TSL: [{ SL: HALF }, { BL: HALF }, { FL: 0.5 }, { FC: HALF / 2 }],
  TSR: [{ SR: HALF }, { BR: HALF }, { FR: 0.5 }, { FC: HALF / 2 }],
  TC: [{ FL: 0.5, FR: 0.5 }, { FC: HALF }],
  BFL: [{ FL: HALF }, { FC: 0.5 }],
  BFR: [{ FR: HALF }, { FC: 0.5 }],
  BFC: [{ FC: HALF }, { FL: 0.5, FR: 0.5 }],
  LFE: [],
  LFE2: [],
};

/** Names of the channels, in order; numbers if the layout is unknown. */
export function channelNames(layout: string | null, channels: number): readonly string[] {
  const listed = /\(([A-Z0-9+]+)\)$/.exec(layout ?? '')?.[1]?.split('+');
  const names = channelsOf(layout ?? '') ?? listed ?? channelsOf(usualLayout(channels));
  return names?.length === channels ? names : Array.from({ length: channels }, (_, index) => String(index));
}

/** Number of channels of an ffmpeg layout, given by its name, its number (`3 channels`) or its list; 0 if unknown. */
export function channelCount(layout: string): number {
  const number = /^(\d+) channels/.exec(layout)?.[1];
  if (number !== undefined) return Number(number);
  const named = channelsOf(layout)?.length;
  return (
    named ?? (/^\d+(\.\d+)+/.exec(layout)?.[0].split('.') ?? []).reduce((sum, part) => sum + Number(part), 0)
  );
}

/** The usual layout of a number of channels; a text such as `9 channels` if there is none. */
function usualLayout(channels: number): string {
  return USUAL[channels - 1] ?? `${channels} channels`;
}

/** A filter that converts one layout to another; `exact` if it only moves channels, which changes no sample. */
export interface Mix {
  filter: string;
  exact: boolean;
  /** Highest sum of shares of a channel of the result: above 1, full scale in all channels exceeds full scale. */
  most: number;
  /** Whether a channel of low frequencies is left out. */
  leavesLow: boolean;
}

/**
 * Mixes to a layout. A channel stays itself if the layout has it, and else is folded into its neighbours; a target without
 * a source is silent. Mono goes to both channels of stereo, and channels of low frequencies are left out. Levels are
 * those of ITU-R BS.775; a sum may exceed full scale.
 */
export function mixTo(names: readonly string[], layout: string): Mix {
  const targets = channelsOf(layout);
  if (!targets) throw new TypeError(`no layout is called ${layout}`);
  const rows = targets.map((target) => row(names, target, targets));
  const moves = rows.flatMap(([first, second]) => (first?.share === 1 && !second ? [first.index] : []));
  if (moves.length === names.length && moves.length === targets.length) return moveTo(moves, layout);
  const formulas = rows.map((terms, target) => `c${target}=${formula(terms)}`);
  return {
    filter: `pan=${[layout, ...formulas].join('|')}`,
    exact: rows.every((terms) => terms.length === 0 || (terms.length === 1 && terms[0]?.share === 1)),
    most: Math.max(...rows.map((terms) => terms.reduce((sum, { share }) => sum + share, 0))),
    leavesLow: names.some((name) => LOW.has(name) && !targets.includes(name)),
  };
}

/** Keeps the order of the channels and changes only their names. */
export function renameTo(layout: string, channels: number): Mix {
  return moveTo([...Array(channels).keys()], layout);
}

/** Uses `channelmap`: since ffmpeg 5.1, `pan` mixes channels that it should only move if both layouts have the same size. */
function moveTo(channels: readonly number[], layout: string): Mix {
  return {
    filter: `channelmap=map=${channels.join('|')}:channel_layout=${layout}`,
    exact: true,
    most: 1,
    leavesLow: false,
  };
}

interface Term {
  /** Index of the channel in the source. */
  index: number;
  share: number;
}

function row(names: readonly string[], target: string, targets: readonly string[]): Term[] {
  return names.flatMap((name, index) => {
    const share = shares(names, name, index, targets).get(target);
    return share === undefined ? [] : [{ index, share }];
  });
}

/** Shares of one channel by target. */
function shares(
  names: readonly string[],
  name: string,
  index: number,
  targets: readonly string[],
): ReadonlyMap<string, number> {
  if (targets.includes(name)) return new Map([[name, 1]]);
  if (names.length === 1) return new Map(targets.slice(0, 2).map((target) => [target, 1]));
  const folds = Object.hasOwn(FOLDS, name) ? FOLDS[name] : undefined;
  const fold = folds?.find((step) => Object.keys(step).every((target) => targets.includes(target)));
  if (folds) return new Map(Object.entries(fold ?? {}));
  const side = targets[index % Math.min(2, targets.length)];
  return new Map(side === undefined ? [] : [[side, 1]]);
}

function formula(terms: readonly Term[]): string {
  const parts = terms.map(({ index, share }) => `${Number(share.toFixed(6))}*c${index}`);
  return parts.length > 0 ? parts.join('+') : '0*c0';
}

function channelsOf(layout: string): readonly string[] | undefined {
  return Object.hasOwn(LAYOUTS, layout) ? LAYOUTS[layout]?.split(' ') : undefined;
}
