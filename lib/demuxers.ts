/**
 * What an upload may be, by the names of ffmpeg's demuxers. Left out is everything that opens other files or addresses
 * (hls, dash, concat, sdp, rtsp, image2, tedcaptions, ...): found by trying on ffmpeg 5.1, a playlist named x.mp3 puts
 * another tenant's file into the output, and a protocol allow-list alone does not stop it.
 */
export const DEMUXERS: readonly string[] = [
  'aac',
  'ac3',
  'aiff',
  'amr',
  'ape',
  'asf',
  'au',
  'avi',
  'caf',
  'dsf',
  'eac3',
  'flac',
  'matroska',
  'webm',
  'mov',
  'mp4',
  'm4a',
  '3gp',
  '3g2',
  'mj2',
  'mp3',
  'mpc',
  'mpc8',
  'ogg',
  'tta',
  'voc',
  'w64',
  'wav',
  'wv',
];

/** Pixels of a cover picture; ffmpeg unpacks one to see what it is, so that a small PNG could take a gigabyte. */
const PIXELS = 36_000_000;

/** Arguments before every `-i`: nothing but these containers, nothing but files, no picture beyond all use. */
export const GUARDS: readonly string[] = [
  ...['-protocol_whitelist', 'file,pipe'],
  ...['-format_whitelist', DEMUXERS.join(',')],
  ...['-max_pixels', String(PIXELS)],
];
