import type { Chapter } from '../media/chapters.ts';

/**
 * Chapters as Vorbis comments: `CHAPTER001=00:00:00.000` and `CHAPTER001NAME` (Xiph wiki, "Chapter Extension"), with
 * `CHAPTER001URL` and `CHAPTER001IMAGE` for addresses. They have no ends: a chapter lasts until the next one begins.
 */
export function chapterComments(chapters: readonly Chapter[]): [name: string, value: string][] {
  return chapters.flatMap(({ start, title, url, image }, index) => {
    const name = `CHAPTER${String(index + 1).padStart(3, '0')}`;
    const rest: [string, string | undefined][] = [
      [`${name}NAME`, title],
      [`${name}URL`, url],
      [`${name}IMAGE`, image],
    ];
    const given = rest.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '');
    return [[name, clock(start)], ...given];
  });
}

/** `hh:mm:ss.mmm` */
function clock(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  const part = (units: number, digits: number) => String(units).padStart(digits, '0');
  const [hours, minutes] = [Math.floor(milliseconds / 3_600_000), Math.floor(milliseconds / 60_000) % 60];
  const [whole, rest] = [Math.floor(milliseconds / 1000) % 60, milliseconds % 1000];
  return `${part(hours, 2)}:${part(minutes, 2)}:${part(whole, 2)}.${part(rest, 3)}`;
}
