import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../runtime/errors.ts';
import { selectedSound } from '../ffmpeg/arguments.ts';
import { decodingFailure } from '../ffmpeg/exit-errors.ts';
import { bareMuxer, packetArguments } from '../ffmpeg/join-arguments.ts';
import { decode, type Tools } from '../ffmpeg/runs.ts';
import type { Adaptation } from '../media/adaptations.ts';
import { probedOf } from '../media/described-media.ts';
import type { Probed } from '../media/ffprobe-output.ts';
import { planTrack } from '../plan/join-plan.ts';
import type { TagWorker } from '../tags/tag-worker.ts';
import { countSamples } from './analysis-passes.ts';
import { coverOf, type Joined, type JoinRequest, type JoinTrack, ofTrack, wholeOf } from './join.ts';
import { probeOriginal } from './original-probe.ts';

/**
 * Joins the packets of tracks as they are, in one file of bare packets. The silence that encoders add at both ends stays between the
 * tracks. Throws as `convert`, and `cannot_copy` if the packets do not agree or a crossfade is wanted.
 */
export async function joinPackets(tools: Tools, worker: TagWorker, request: JoinRequest): Promise<Joined> {
  const { tracks, folder, signal } = request;
  const [first] = tracks;
  if (!first) throw new TypeError('a join has tracks');
  const muxer = mustAgree(request, first);
  const path = join(folder, `packets.${muxer}`);
  const lengths: number[] = [];
  for (const [index, track] of tracks.entries()) {
    try {
      lengths.push(await appendPackets(tools, worker, track, muxer, path, request));
    } catch (error) {
      throw ofTrack(index, track.name, error);
    }
  }
  const found = await probeOriginal(tools, worker, path, signal);
  const { sampleRate } = first.probed.media;
  const { chapters, tags, duration } = wholeOf(request, lengths, 0, sampleRate);
  const { media, file } = probedOf({ ...found.media, duration, chapters, tags });
  const probed: Probed = { ...found, media, tags: {}, ...(file && { file }) };
  return {
    source: path,
    probed,
    adaptations: tracks.length > 1 ? [WITH_GAPS] : [],
    cover: await coverOf(worker, tracks, folder),
  };
}

const WITH_GAPS: Adaptation = {
  property: 'gapless',
  from: 'kept',
  to: 'left out',
  code: 'not_supported',
  reason: 'Packets are joined as they are: the silence that encoders add at both ends stays between tracks.',
};

/** @returns ffmpeg's muxer of the bare packets that all tracks have */
function mustAgree({ tracks, crossfade }: JoinRequest, first: JoinTrack): string {
  if (crossfade > 0)
    throw new AppError(
      'cannot_copy',
      'A crossfade needs new samples; expected no crossfade with audio: copy.',
    );
  const expected = shown(first.probed);
  const muxer = bareMuxer(first.probed.media.codec);
  if (muxer === undefined) {
    const sentence = `Packets of ${first.probed.media.codec} cannot be joined. Leave out audio: copy, and the tracks are decoded and joined.`;
    throw new AppError('cannot_copy', sentence);
  }
  for (const [index, { name, probed }] of tracks.entries())
    if (shown(probed) !== expected || probed.decoder !== null)
      throw new AppError(
        'cannot_copy',
        `Track ${index + 1} (${name}) is ${shown(probed)}, and the first track ${expected}: only packets of one kind can be joined.`,
      );
  return muxer;
}

function shown({ media: { codec, sampleRate, channels } }: Probed): string {
  return `${codec} at ${sampleRate} Hz with ${channels} ${channels === 1 ? 'channel' : 'channels'}`;
}

/** @returns the samples of the packets, with all that decoders do not leave out of bare packets */
async function appendPackets(
  tools: Tools,
  worker: TagWorker,
  { source, probed }: JoinTrack,
  muxer: string,
  path: string,
  { folder, signal }: JoinRequest,
): Promise<number> {
  const own = join(folder, `packets-of-track.${muxer}`);
  const args = packetArguments(selectedSound(source, probed), muxer);
  const { ending } = await decode(tools, { input: source, probed, signal }, args, {
    output: (pipe) => pipeline(pipe, createWriteStream(own, { mode: 0o600 })),
  });
  if (ending.code !== 0) throw decodingFailure(ending);
  const bare = await probeOriginal(tools, worker, own, signal);
  const { sampleRate, channels, channelLayout } = bare.media;
  const common = {
    sampleRate,
    channels,
    channelLayout,
    depth: null,
    stored: { bits: 32, float: true },
  } as const;
  const plan = planTrack(bare, common);
  const samples = await countSamples(tools, { input: own, original: own, probed: bare, plan, signal });
  await pipeline(createReadStream(own), createWriteStream(path, { flags: 'a', mode: 0o600 }));
  await rm(own);
  return samples;
}
