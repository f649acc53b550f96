import { temporaryFolder } from '../support/folders.ts';
import { fitsMusic, fitsSpeech, raisesQuiet } from '../support/normalizing.ts';

const FORMATS = ['wav', 'mp3', 'opus', 'm4a', 'ogg'];

describe('Loudness normalization of more formats and targets', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  fitsMusic(folder, FORMATS, -23, -1);
  fitsMusic(folder, FORMATS, -16, -1);
  fitsMusic(folder, FORMATS, -14, -2);
  raisesQuiet(folder, FORMATS);
  fitsSpeech(folder, FORMATS);
});
