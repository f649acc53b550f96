/** A kind of input with the demuxers and decoders that it needs. */
export interface InputKind {
  name: string;
  /** Names of ffmpeg's demuxers; none if the containers of another row hold this kind. */
  demuxers: readonly string[];
  /** Names of ffmpeg's audio decoders. A codec may have several; a build ignores names that it lacks. */
  decoders: readonly string[];
}

/**
 * Every kind of upload; the only place to add one. ffmpeg opens no container and starts no decoder that is not listed.
 * The list omits every container that opens other files or addresses (hls, dash, concat, sdp, rtsp, image2, tedcaptions,
 * ...): with ffmpeg 5.1, a playlist named x.mp3 put another user's file into the output, and a protocol allow-list alone
 * did not stop it. The list also omits every decoder of video and of subtitles.
 */
export const INPUT_KINDS: readonly InputKind[] = [
  {
    name: 'MPEG audio',
    demuxers: ['mp3'],
    decoders: [
      ...['mp3float', 'mp3', 'mp2float', 'mp2', 'mp1float', 'mp1'],
      ...['mp3adufloat', 'mp3adu', 'mp3on4float', 'mp3on4'],
    ],
  },
  {
    name: 'AAC',
    demuxers: ['aac', 'loas'],
    decoders: ['aac', 'aac_fixed', 'aac_latm', 'libfdk_aac', 'als'],
  },
  { name: 'FLAC', demuxers: ['flac'], decoders: ['flac'] },
  {
    name: 'Ogg: Vorbis, Opus, Speex',
    demuxers: ['ogg'],
    decoders: ['vorbis', 'libvorbis', 'opus', 'libopus', 'speex', 'libspeex'],
  },
  {
    name: 'PCM: WAV, AIFF, AU, VOC, W64, CAF',
    demuxers: ['wav', 'w64', 'aiff', 'au', 'caf', 'voc'],
    decoders: [
      ...['pcm_u8', 'pcm_s8', 'pcm_s8_planar', 'pcm_alaw', 'pcm_mulaw', 'pcm_vidc'],
      ...['pcm_s16le', 'pcm_s16le_planar', 'pcm_s16be', 'pcm_s16be_planar', 'pcm_u16le', 'pcm_u16be'],
      ...['pcm_s24le', 'pcm_s24le_planar', 'pcm_s24be', 'pcm_s24daud', 'pcm_u24le', 'pcm_u24be'],
      ...['pcm_s32le', 'pcm_s32le_planar', 'pcm_s32be', 'pcm_u32le', 'pcm_u32be', 'pcm_s64le', 'pcm_s64be'],
      ...['pcm_f16le', 'pcm_f24le', 'pcm_f32le', 'pcm_f32be', 'pcm_f64le', 'pcm_f64be'],
      ...['pcm_bluray', 'pcm_dvd', 'pcm_lxf', 's302m'],
    ],
  },
  {
    name: 'ADPCM and speech in WAV, AIFF, AU, CAF, VOC, AVI and MOV',
    demuxers: [],
    decoders: [
      ...['adpcm_ms', 'adpcm_ima_wav', 'adpcm_ima_qt', 'adpcm_ima_dk3', 'adpcm_ima_dk4', 'adpcm_yamaha'],
      ...['adpcm_ct', 'adpcm_swf', 'adpcm_sbpro_2', 'adpcm_sbpro_3', 'adpcm_sbpro_4'],
      ...['g722', 'g723_1', 'g726', 'g726le', 'g729', 'gsm', 'gsm_ms', 'libgsm', 'libgsm_ms'],
      ...['truespeech', 'ilbc', 'libilbc', 'qcelp', 'evrc', 'libcodec2'],
      ...['mace3', 'mace6', 'qdm2', 'qdmc', 'atrac1', 'atrac3', 'atrac3plus', 'atrac9'],
    ],
  },
  {
    name: 'Dolby Digital, Dolby E',
    demuxers: ['ac3', 'eac3'],
    decoders: ['ac3', 'ac3_fixed', 'eac3', 'dolby_e'],
  },
  { name: 'DTS', demuxers: ['dts', 'dtshd'], decoders: ['dca'] },
  { name: 'MLP and TrueHD', demuxers: ['mlp', 'truehd'], decoders: ['mlp', 'truehd'] },
  {
    name: 'AMR',
    demuxers: ['amr'],
    decoders: ['amrnb', 'amrwb', 'libopencore_amrnb', 'libopencore_amrwb'],
  },
  {
    name: 'Speech recordings: iLBC, QCP, DSS, Codec 2',
    demuxers: ['ilbc', 'qcp', 'dss', 'codec2'],
    decoders: ['dss_sp', 'acelp.kelvin', 'siren', 'msnsiren', 'metasound'],
  },
  {
    name: 'PCM of laboratories and studios: NIST SPHERE, IRCAM, AVR, SoX, PVF, PARIS, Sample Dump, WVE',
    demuxers: ['nistsphere', 'ircam', 'avr', 'sox', 'pvf', 'epaf', 'sds', 'wve'],
    decoders: [],
  },
  { name: 'IFF: 8SVX and DSDIFF', demuxers: ['iff'], decoders: ['8svx_exp', '8svx_fib'] },
  { name: 'Macintosh HCOM', demuxers: ['hcom'], decoders: ['hcom'] },
  { name: 'TAK', demuxers: ['tak'], decoders: ['tak'] },
  { name: 'Shorten', demuxers: ['shn'], decoders: ['shorten'] },
  { name: 'TwinVQ', demuxers: ['vqf'], decoders: ['twinvq'] },
  { name: 'MiniDisc and OpenMG', demuxers: ['aea', 'oma'], decoders: ['atrac3al', 'atrac3plusal'] },
  {
    name: 'Mobile phones and games: SMAF, ADX, HCA, AST, BRSTM, xWMA, Westwood, Maxis, Interplay, PlayStation',
    demuxers: ['mmf', 'adx', 'hca', 'ast', 'brstm', 'bfstm', 'xwma', 'wsaud', 'xa', 'acm', 'vag'],
    decoders: [
      ...['adpcm_adx', 'hca', 'adpcm_afc', 'adpcm_thp', 'adpcm_thp_le', 'adpcm_ima_ws', 'ws_snd1'],
      ...['adpcm_ea_maxis_xa', 'adpcm_psx', 'interplayacm', 'xma1', 'xma2'],
    ],
  },
  { name: 'ALAC, in MOV and CAF', demuxers: [], decoders: ['alac'] },
  { name: 'WavPack', demuxers: ['wv'], decoders: ['wavpack'] },
  { name: 'True Audio', demuxers: ['tta'], decoders: ['tta'] },
  { name: "Monkey's Audio", demuxers: ['ape'], decoders: ['ape'] },
  { name: 'Musepack', demuxers: ['mpc', 'mpc8'], decoders: ['mpc7', 'mpc8'] },
  {
    name: 'DSD',
    demuxers: ['dsf', 'wsd'],
    decoders: ['dsd_lsbf', 'dsd_msbf', 'dsd_lsbf_planar', 'dsd_msbf_planar', 'dst'],
  },
  {
    name: 'Windows Media',
    demuxers: ['asf'],
    decoders: ['wmav1', 'wmav2', 'wmapro', 'wmalossless', 'wmavoice'],
  },
  {
    name: 'RealMedia',
    demuxers: ['rm', 'ivr'],
    decoders: ['cook', 'real_144', 'real_288', 'ralf', 'sipr'],
  },
  {
    name: 'Video files, for their sound',
    demuxers: [
      ...['matroska', 'webm', 'mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2', 'avi'],
      ...[
        'mpegts',
        'mpeg',
        'flv',
        'kux',
        'swf',
        'nut',
        'mxf',
        'gxf',
        'lxf',
        'wtv',
        'nsv',
        'dv',
        'pva',
        'nuv',
      ],
    ],
    decoders: ['nellymoser', 'adpcm_ima_amv', 'imc', 'iac', 'on2avc', 'dvaudio'],
  },
];

/** Containers that ffmpeg may open. */
const DEMUXERS: readonly string[] = INPUT_KINDS.flatMap(({ demuxers }) => demuxers);

/** Decoders of cover pictures: ffprobe decodes a picture to find its size. No other kind of picture is decoded. */
export const PICTURE_DECODERS = ['mjpeg', 'png'] as const;

/** Decoders that ffmpeg and ffprobe may start for any file. */
export const DECODERS: readonly string[] = [
  ...new Set([...INPUT_KINDS.flatMap(({ decoders }) => decoders), ...PICTURE_DECODERS]),
];

/** Whether ffmpeg may decode a codec, and can. */
export function mayDecode(decoders: ReadonlyMap<string, readonly string[]>, codec: string): boolean {
  return decoders.get(codec)?.some((name) => DECODERS.includes(name)) ?? false;
}

/** Maximum pixels of a cover picture; ffmpeg decodes it, so that a small PNG file could take a gigabyte. */
const PIXELS = 36_000_000;

/** Arguments before every `-i`: only listed containers and decoders, only files and pipes, no huge picture. */
export const GUARDS: readonly string[] = [
  ...['-protocol_whitelist', 'file,pipe'],
  ...['-format_whitelist', DEMUXERS.join(',')],
  ...['-codec_whitelist', DECODERS.join(',')],
  ...['-max_pixels', String(PIXELS)],
];

/** Message of ffmpeg and ffprobe for a decoder that is not allowed (libavcodec/avcodec.c, since 2014). */
export const REFUSED_DECODER = /Codec \(\S+\) not on whitelist/;
