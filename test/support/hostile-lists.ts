/** Where a hostile file would like to lead ffmpeg. */
export interface Bait {
  /** Another tenant's file: absolute, and from the hostile file's folder. */
  absolute: string;
  relative: string;
  /** A server that counts who asks. */
  url: string;
}

type List = (target: string) => string;

export const hls: List = (target) =>
  `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n${target}\n#EXT-X-ENDLIST\n`;

const hlsKey: List = (target) =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXT-X-KEY:METHOD=AES-128,URI="${target}"\n#EXTINF:2,\n${target}\n#EXT-X-ENDLIST\n`;

const hlsMaster: List = (target) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\n${target}\n`;

const dash: List = (target) =>
  `<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S" profiles="urn:mpeg:dash:profile:isoff-main:2011">
  <Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1" codecs="mp4a.40.2">
    <BaseURL>${target}</BaseURL>
  </Representation></AdaptationSet></Period>
</MPD>
`;

const ffconcat: List = (target) => `ffconcat version 1.0\nfile '${target}'\n`;

const smil: List = (target) => `<smil><body><audio src="${target}"/></body></smil>\n`;

const pls: List = (target) => `[playlist]\nFile1=${target}\nNumberOfEntries=1\nVersion=2\n`;

const asx: List = (target) => `<asx version="3.0"><entry><ref href="${target}"/></entry></asx>\n`;

/** Subtitle formats, some of which name the file that they belong to. */
const vobsub: List = (target) =>
  `# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:01:000, filepos: 0\n# ${target}\n`;
const ass: List = (target) => `[Script Info]\nScriptType: v4.00+\nAudio File: ${target}\n[Events]\n`;
const srt: List = (target) => `1\n00:00:00,000 --> 00:00:02,000\n${target}\n\n`;
const webvtt: List = (target) => `WEBVTT\n\n00:00.000 --> 00:02.000\n${target}\n`;
const sami: List = (target) => `<SAMI><BODY><SYNC Start=0><P>${target}</P></SYNC></BODY></SAMI>\n`;

const sdp = (url: string): string => {
  const { hostname, port } = new URL(url);
  return `v=0\no=- 0 0 IN IP4 ${hostname}\ns=x\nc=IN IP4 ${hostname}\nt=0 0\nm=audio ${port} RTP/AVP 0\n`;
};

const LISTS: Readonly<Record<string, List>> = {
  ...{ hls, hlsKey, hlsMaster, dash, ffconcat, smil, pls, asx, vobsub, ass, srt, webvtt, sami },
};

/** Every list with every bait, by name. */
export function hostileLists({ absolute, relative, url }: Bait): Map<string, string> {
  const targets = {
    absolute,
    file: `file:${absolute}`,
    relative,
    url,
    nested: `concat:${absolute}|${absolute}`,
  };
  const lists = Object.entries(LISTS).flatMap(([name, list]) =>
    Object.entries(targets).map(([kind, target]): [string, string] => [`${name} (${kind})`, list(target)]),
  );
  return new Map([...lists, ['sdp', sdp(url)]]);
}
