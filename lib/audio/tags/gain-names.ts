/** Beginning of the names of gains, as the library writes them: its properties have no small letters. */
const NAME = Buffer.from('REPLAYGAIN_');

/** Bytes before a name: an ID3v2 frame `TXXX` with its size, flags and encoding, and an MP4 box `name` with its version and flags. */
const PLACES = [
  { type: 'TXXX', before: 11 },
  { type: 'name', before: 8 },
] as const;

/** Puts the names of gains in ID3 and MP4 into small letters, in place: readers of both compare them letter by letter. */
export function lowerGainNames(block: Buffer): void {
  for (let at = block.indexOf(NAME); at >= 0; at = block.indexOf(NAME, at + NAME.length)) {
    const isName = PLACES.some(
      ({ type, before }) => at >= before && block.toString('latin1', at - before, at - before + 4) === type,
    );
    if (!isName) continue;
    const [name = ''] = /^[A-Z_]+/.exec(block.toString('latin1', at, at + LONGEST)) ?? [];
    block.write(name.toLowerCase(), at, 'latin1');
  }
}

/** Characters of the longest name, and some more. */
const LONGEST = 40;
