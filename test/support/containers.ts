import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { binaries, makeSound } from './audio.ts';

const run = promisify(execFile);

/** A container of recordings and broadcasts that is an input only. */
export interface Container {
  name: string;
  /** ffmpeg's demuxer of it. */
  demuxer: string;
  codec: string;
  /** Writes two seconds of a tone of 440 Hz, or of silence; false where nothing here can. */
  make(path: string): Promise<boolean>;
}

const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000:duration=2'];
const PICTURES = ['-f', 'lavfi', '-i', 'testsrc=size=352x288:rate=25:duration=2'];

/** Two channels of DSD64 at 2822400 bits a second each, as bytes. */
const DSD_BYTES = (2_822_400 / 8) * 2 * 2;

export const CONTAINERS: readonly Container[] = [
  sound('ts (MP2)', 'mpegts', 'mp2', '-f', 'mpegts'),
  sound('ts (AAC)', 'mpegts', 'aac', '-f', 'mpegts'),
  sound('ts (LATM)', 'mpegts', 'aac_latm', '-c:a', 'aac', '-mpegts_flags', 'latm', '-f', 'mpegts'),
  sound('ts (AC-3)', 'mpegts', 'ac3', '-f', 'mpegts'),
  sound('ts (DTS)', 'mpegts', 'dts', '-c:a', 'dca', '-ac', '2', '-f', 'mpegts'),
  sound('ts (S302M)', 'mpegts', 's302m', '-ac', '2', '-f', 'mpegts'),
  sound('m2ts (PCM)', 'mpegts', 'pcm_bluray', '-ac', '2', '-mpegts_m2ts_mode', '1', '-f', 'mpegts'),
  sound('m2ts (TrueHD)', 'mpegts', 'truehd', '-ac', '2', '-mpegts_m2ts_mode', '1', '-f', 'mpegts'),
  video('ts with pictures', 'mpegts', 'mp2', '-c:v', 'mpeg2video', '-f', 'mpegts'),
  sound('vob (PCM)', 'mpeg', 'pcm_dvd', '-ac', '2', '-f', 'vob'),
  video('vob with pictures', 'mpeg', 'ac3', '-c:v', 'mpeg2video', '-f', 'vob'),
  video('mpg with pictures', 'mpeg', 'mp2', '-c:v', 'mpeg1video', '-f', 'mpeg'),
  sound('flv (AAC)', 'flv', 'aac', '-f', 'flv'),
  sound('flv (Nellymoser)', 'flv', 'nellymoser', '-ar', '22050', '-f', 'flv'),
  video('flv with pictures', 'flv', 'mp3', '-c:a', 'libmp3lame', '-ar', '44100', '-c:v', 'flv', '-f', 'flv'),
  sound('swf', 'swf', 'mp3', '-c:a', 'libmp3lame', '-ar', '44100', '-f', 'swf'),
  sound('nut', 'nut', 'pcm_s24le', '-f', 'nut'),
  video('mxf', 'mxf', 'pcm_s16le', '-c:v', 'mpeg2video', '-f', 'mxf'),
  video('gxf', 'gxf', 'pcm_s16le', '-s', '720x576', '-c:v', 'mpeg2video', '-f', 'gxf'),
  video('wtv', 'wtv', 'mp2', '-c:v', 'mpeg2video', '-f', 'wtv'),
  video('dv', 'dv', 'pcm_s16le', '-target', 'pal-dv'),
  sound('rm (AC-3)', 'rm', 'ac3', '-f', 'rm'),
  video('rm with pictures', 'rm', 'ac3', '-c:v', 'rv10', '-f', 'rm'),
  sound('mlp', 'mlp', 'mlp', '-ac', '2', '-f', 'mlp'),
  sound('TrueHD', 'truehd', 'truehd', '-ac', '2', '-f', 'truehd'),
  sound('DTS', 'dts', 'dts', '-c:a', 'dca', '-ac', '2', '-f', 'dts'),
  sound('LOAS', 'loas', 'aac_latm', '-c:a', 'aac', '-f', 'latm'),
  sound('Codec 2', 'codec2', 'codec2', '-c:a', 'libcodec2', '-ar', '8000', '-f', 'codec2'),
  sound('ADX', 'adx', 'adpcm_adx', '-f', 'adx'),
  sound('AST', 'ast', 'pcm_s16be_planar', '-f', 'ast'),
  sound('SMAF', 'mmf', 'adpcm_yamaha', '-ar', '22050', '-f', 'mmf'),
  sound('Westwood', 'wsaud', 'adpcm_ima_ws', '-ar', '22050', '-f', 'wsaud'),
  sound('IRCAM', 'ircam', 'pcm_s16le', '-f', 'ircam'),
  bySox('NIST SPHERE', 'nistsphere', 'pcm_s16le', 'sph'),
  bySox('8SVX', 'iff', 'pcm_s8_planar', '8svx', '-b', '8'),
  bySox('MAUD', 'iff', 'pcm_s16be', 'maud'),
  bySox('AVR', 'avr', 'pcm_s16be', 'avr'),
  bySox('SoX', 'sox', 'pcm_s32le', 'sox'),
  bySox('PVF', 'pvf', 'pcm_s16be', 'pvf'),
  bySox('PARIS', 'epaf', 'pcm_s16le', 'fap'),
  bySox('Sample Dump', 'sds', 'pcm_u32le', 'sds'),
  bySox('WVE', 'wve', 'pcm_alaw', 'wve'),
  bySox('HCOM', 'hcom', 'hcom', 'hcom', '-r', '11025'),
  { name: 'DSDIFF', demuxer: 'iff', codec: 'dsd_msbf', make: (path) => written(path, dsdiff()) },
  { name: 'VAG', demuxer: 'vag', codec: 'adpcm_psx', make: (path) => written(path, vag()) },
];

function sound(name: string, demuxer: string, codec: string, ...settings: string[]): Container {
  return { name, demuxer, codec, make: (path) => encoded(path, codec, [...TONE, ...settings]) };
}

function video(name: string, demuxer: string, codec: string, ...settings: string[]): Container {
  return { name, demuxer, codec, make: (path) => encoded(path, codec, [...TONE, ...PICTURES, ...settings]) };
}

async function encoded(path: string, codec: string, args: string[]): Promise<boolean> {
  const { ffmpeg, encoders } = await binaries();
  const own = args.includes('-c:a') || args.includes('-target') ? [] : ['-c:a', codec];
  if (own.length > 0 && !encoders.has(codec)) return false;
  return run(ffmpeg.path, ['-v', 'error', '-y', ...args, ...own, '-strict', '-2', path]).then(
    () => true,
    () => false,
  );
}

function bySox(name: string, demuxer: string, codec: string, type: string, ...settings: string[]): Container {
  const make = async (path: string) => {
    const source = `${path}.wav`;
    await makeSound(source, 'sine=frequency=440:sample_rate=8000:duration=2');
    const made = run('sox', ['-V1', source, '-t', type, ...settings, path]).then(
      () => true,
      () => false,
    );
    return made.finally(() => rm(source));
  };
  return { name, demuxer, codec, make };
}

async function written(path: string, bytes: Buffer): Promise<boolean> {
  await writeFile(path, bytes);
  return true;
}

/** Silence as DSDIFF 1.5 (Philips): a form with its properties and the sound, in chunks with lengths of 64 bits. */
function dsdiff(): Buffer {
  const rate = Buffer.alloc(4);
  rate.writeUInt32BE(2_822_400);
  const channels = Buffer.from('\0\x02SLFTSRGT', 'latin1');
  const compression = Buffer.from('DSD \x0enot compressed\0', 'latin1');
  const properties = [long('FS  ', rate), long('CHNL', channels), long('CMPR', compression)];
  const content = [
    long('FVER', Buffer.from([1, 5, 0, 0])),
    long('PROP', Buffer.concat([Buffer.from('SND '), ...properties])),
    long('DSD ', Buffer.alloc(DSD_BYTES, 0x69)),
  ];
  return long('FRM8', Buffer.concat([Buffer.from('DSD '), ...content]));
}

function long(id: string, content: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.write(id, 'latin1');
  head.writeBigUInt64BE(BigInt(content.length), 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** Silence as a PlayStation file: a header of 48 bytes, then blocks of 16 bytes with 28 samples each. */
function vag(): Buffer {
  const data = Buffer.alloc(Math.ceil((44_100 * 2) / 28) * 16);
  const head = Buffer.alloc(48);
  head.write('VAGp', 'latin1');
  head.writeUInt32BE(0x20, 4);
  head.writeUInt32BE(data.length, 12);
  head.writeUInt32BE(44_100, 16);
  return Buffer.concat([head, data]);
}
