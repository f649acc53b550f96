import assert from 'node:assert/strict';
import { detectedEncoding } from '../../lib/audio/tags/detected-encoding.ts';
import { decodedTags } from '../../lib/audio/tags/text-encoding.ts';
import { ENCODED } from '../support/encoded-titles.ts';

/** Titles and artists of Western Europe, as single letters, in capitals, and with more accents than usual. */
const WESTERN: readonly (readonly string[])[] = [
  ['Été 67', 'Là-bas'],
  ['Ça ira'],
  ['Édith Piaf', 'Non, je ne regrette rien'],
  ['À la claire fontaine'],
  ['Für Elise'],
  ['Die Ärzte', 'Männer sind Schweine'],
  ['Größenwahn'],
  ['Motörhead', 'Överkill'],
  ['Mötley Crüe'],
  ['Björk', 'Jóga'],
  ['Sigur Rós', 'Ágætis byrjun', 'Svefn-g-englar'],
  ['Sigur Rós', 'Með suð í eyrum við spilum endalaust'],
  ['Señorita'],
  ['Año nuevo', 'Niño'],
  ['¿Dónde estás?'],
  ['Águas de Março', 'Tom Jobim'],
  ['Não'],
  ['Coração', 'São'],
  ['Ó'],
  ['É'],
  ['È'],
  ['ÆØÅ'],
  ['Røyksopp', 'Så lett å være'],
  ['Ännu en gång', 'Åsa'],
  ['På öster'],
  ['Hyvää yötä', 'Äiti'],
  ['Yö'],
  ['Öö'],
  ['Blåbærsyltetøj'],
  ['Ñu'],
  ['Déjà vu', 'Créée'],
  ["L'année dernière à Marienbad"],
  ['Noël', 'Naïf'],
  ['Queensrÿche'],
  ['Café del Mar'],
  ['Più bella cosa'],
  ['Perché no'],
  ['Città vuota'],
  ['Über alles', 'Schöne Grüße'],
  ['ÄÖÜ'],
  ['ÉTÉ'],
  ['ÇÀ ET LÀ'],
  ['ÅÄÖ åäö'],
  ['½ ¼ ¾'],
  ['© ® ±'],
  ['«Ça»'],
  ['Þórr', 'Þú og ég'],
  ['Óð'],
  ['Æ'],
  ['Ääliö älä lyö, ööliä läikkyy'],
  ['Hüsker Dü'],
  ['Señor', 'Ñandú'],
  ['øl'],
  ['Ü'],
  ['Él', 'Tú', 'Él'],
  ['ÁÉÍÓÚ'],
  ['áéíóú'],
  ['Dolní Újezd'],
  ['ÀÈÌÒÙ'],
  ['50º'],
  ['Nº 1'],
  ['ñ'],
  ['Zoë', 'Chloë'],
  ['Crème brûlée'],
  ['Pêche à la mouche'],
  ['Fête', 'Bête'],
  ['Þá'],
];

describe('The encoding of tags that were read as Latin-1', () => {
  for (const [encoding, files] of Object.entries(ENCODED)) {
    it(`is found where it is ${encoding}, or left open, and never taken for another`, async () => {
      let right = 0;
      for (const { bytes, texts } of files) {
        const read = bytes.map((base64) => Buffer.from(base64, 'base64').toString('latin1'));
        const found = await detectedEncoding({ title: read });
        if (found === null) continue;
        assert.deepEqual(decodedTags({ title: read }, found).title, texts);
        right++;
      }
      assert.ok(right >= files.length * 0.8, `${right} of ${files.length}`);
    });
  }

  it('stays Latin-1 for every title of Western Europe, alone and in pairs', async () => {
    for (const one of WESTERN) {
      for (const other of WESTERN) {
        assert.equal(
          await detectedEncoding({ title: one, artist: other }),
          null,
          [...one, ...other].join('/'),
        );
      }
    }
  });

  it('is UTF-8 where the bytes are', async () => {
    const read = Buffer.from('Größe – さくら').toString('latin1');
    assert.equal(await detectedEncoding({ title: [read], album: ['ASCII'] }), 'utf-8');
    assert.deepEqual(decodedTags({ title: [read] }, 'utf-8').title, ['Größe – さくら']);
  });

  it('is not asked for texts that are certainly no Latin-1', async () => {
    assert.equal(await detectedEncoding({ title: ['Кино', 'ASCII'] }), null);
  });

  it('changes no value that is not valid in it, and never makes U+FFFD', () => {
    const { title } = decodedTags({ title: ['\xff\xfe', 'plain', 'Кино', '\x81'] }, 'shift_jis');
    assert.deepEqual(title, ['\xff\xfe', 'plain', 'Кино', '\x81']);
    assert.ok(!title?.join('').includes('\ufffd'));
  });

  it('reads a text that ID3v1 cut within a character', () => {
    const cut = '\x82\xb3\x82\xad\x82\xe7'.repeat(5).slice(0, 29);
    assert.equal(decodedTags({ title: [cut] }, 'shift_jis').title?.[0], 'さくら'.repeat(5).slice(0, 14));
  });
});
