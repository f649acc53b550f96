import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { makeTone } from '../support/audio.ts';
import { consoleService } from '../support/console-service.ts';
import { CHANGED, heardIn, openDetails } from '../support/console-visit.ts';
import { temporaryFolder } from '../support/folders.ts';
import type { User } from '../support/service.ts';
import { decodedSamples } from '../support/sound.ts';
import { until } from '../support/until.ts';
import { testPages } from '../support/watched-page.ts';

const RATE = 48_000;

/** The first picture of ffmpeg's second input becomes the front cover. */
const ATTACHED = [
  ...['-map', '0:a', '-map', '1:v', '-c:v', 'png', '-disposition:v', 'attached_pic'],
  ...['-metadata:s:v', 'comment=Cover (front)'],
];

describe('The details of a file in the console', function () {
  this.timeout(60_000);
  const service = consoleService();
  const browser = testPages();
  const folder = temporaryFolder();
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
  const handle = (page: Page, name: string) => page.getByRole('slider', { name });
  const timeOf = async (page: Page, name: string) =>
    Number(await handle(page, name).getAttribute('aria-valuenow'));

  /** A user with a task that is done. */
  async function converted(
    format: string,
    seconds: number,
    options: object = {},
    ...settings: string[]
  ): Promise<{ user: User; id: number }> {
    const user = await service.newGuest();
    const path = join(folder(), 'tone.flac');
    await makeTone(path, seconds, ...settings);
    const { id } = await user.create({ name: 'tone.flac', bytes: await readFile(path) }, format);
    if (Object.keys(options).length > 0) {
      const body = JSON.stringify({ newFormat: format, options });
      const headers = { 'content-type': 'application/json' };
      await user.fetch(`/api/tasks/${id}`, { method: 'PUT', headers, body });
    }
    assert.equal((await user.settled(id)).state, 'PROCESSED');
    return { user, id };
  }

  /** The samples of a result, once another revision has it. */
  async function samplesOf(user: User, id: number, revision: number): Promise<Float64Array> {
    await until(async () => {
      const task = await user.task(id);
      return task.revision === revision && task.state === 'PROCESSED';
    });
    const answer = await user.fetch(`/api/tasks/${id}/result`);
    const path = join(folder(), 'result.wav');
    await writeFile(path, new Uint8Array(await answer.arrayBuffer()));
    return decodedSamples(path, '-ac', '1');
  }

  it('plays at the first click, from addresses with ranges, and a switch keeps the position within 50 ms', async () => {
    const { user, id } = await converted('mp3', 30);
    const page = await openDetails(browser, service, { user, id });
    const ranges: string[] = [];
    page.on('request', (request) => {
      const { range } = request.headers();
      if (request.resourceType() === 'media' && range) ranges.push(range);
    });
    await button(page, 'Play').click();
    const isHeard = async () => {
      const heard = await heardIn(page);
      const apart = Math.abs((heard[0]?.time ?? 0) - (heard[1]?.time ?? 1));
      return heard.every(({ paused, time }) => !paused && time > 0.3) && apart < 0.05;
    };
    await until(isHeard);
    assert.deepEqual(
      (await heardIn(page)).map(({ muted }) => muted),
      [true, false],
    );
    const apart = await page.evaluate(`(() => {
      const [original, result] = document.querySelectorAll('audio');
      const before = result.currentTime;
      document.querySelector('.switch input').click();
      return original.currentTime - before;
    })()`);
    assert.ok(Math.abs(Number(apart)) < 0.05, `${apart} s apart`);
    assert.deepEqual(
      (await heardIn(page)).map(({ muted }) => muted),
      [false, true],
    );
    await button(page, 'Pause').click();
    for (const { source } of await heardIn(page)) {
      assert.match(source, /^http.*\/api\/tasks\/\d+\/(original|result)\?ticket=/);
    }
    assert.ok(ranges.every((range) => range.startsWith('bytes=')) && ranges.length >= 2);
    assert.deepEqual(page.found, []);
  });

  it('cuts and fades by handles, with keys and with the mouse, exact to the sample', async () => {
    const { user, id } = await converted('wav', 10);
    const page = await openDetails(browser, service, { user, id });
    await button(page, 'Show the waveform').click();
    await handle(page, 'Start of the cut').focus();
    await page.keyboard.press('Shift+ArrowRight');
    for (let presses = 0; presses < 2; presses++) await page.keyboard.press('ArrowRight');
    await handle(page, 'Fade out').focus();
    for (let presses = 0; presses < 2; presses++) await page.keyboard.press('Shift+ArrowLeft');
    const box = await handle(page, 'End of the cut').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 6);
    await page.mouse.down();
    await page.mouse.move(box.x - 150, box.y + box.height - 6, { steps: 5 });
    await page.mouse.up();
    const [start, end] = [await timeOf(page, 'Start of the cut'), await timeOf(page, 'End of the cut')];
    assert.equal(start, 1.2);
    assert.ok(end > 6 && end < 9, String(end));
    await button(page, 'Convert this cut').click();
    const samples = await samplesOf(user, id, 2);
    assert.equal(samples.length, Math.round(end * RATE) - Math.round(start * RATE));
    const { options } = CHANGED.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
    assert.deepEqual(options, { start, end, fadeOut: 2 });
    const loudest = (part: Float64Array) => part.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const middle = loudest(samples.subarray(0, RATE));
    const faded = loudest(samples.subarray(samples.length - RATE - 200, samples.length - RATE + 200));
    assert.ok(faded > middle * 0.4 && faded < middle * 0.6, `${faded} of ${middle}`);
    assert.deepEqual(page.found, []);
  });

  it('moves a handle by touch, on a waveform that is zoomed in', async () => {
    const { user, id } = await converted('wav', 10);
    const options = { viewport: { width: 375, height: 760 }, hasTouch: true };
    const page = await openDetails(browser, service, { user, id, options });
    await button(page, 'Show the waveform').click();
    await button(page, 'Zoom in').click();
    await handle(page, 'Start of the cut').scrollIntoViewIfNeeded();
    const box = await handle(page, 'Start of the cut').boundingBox();
    const lanes = await page.locator('.lanes').boundingBox();
    assert.ok(box && lanes);
    const [x, y] = [box.x + box.width / 2, box.y + box.height - 6];
    const devtools = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', moved = 0) =>
      devtools.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: x + moved, y }],
      });
    await touch('touchStart');
    for (const part of [0.1, 0.25, 0.4]) await touch('touchMove', lanes.width * part);
    await touch('touchEnd');
    // Five of the ten seconds are in sight.
    await until(async () => Math.abs((await timeOf(page, 'Start of the cut')) - 2) < 0.1);
    assert.deepEqual(page.found, []);
  });

  it('lets both files play as loud as the quieter one, and shows what was measured', async () => {
    const { user, id } = await converted('wav', 4, { gain: -12 });
    const page = await openDetails(browser, service, { user, id });
    await button(page, 'Show the waveform').click();
    await page.getByLabel('Match levels').check();
    await page.getByText(/^Original plays 1[12](\.\d)? dB lower\.$/).waitFor();
    const [original, result] = await heardIn(page);
    assert.ok(Math.abs(20 * Math.log10(original?.volume ?? 1) + 12) < 0.2, String(original?.volume));
    assert.equal(result?.volume, 1);
    const row = page.getByRole('row', { name: /^Loudness -/ });
    assert.match(await row.innerText(), /LUFS[\s\S]*LUFS/);
    await page.getByRole('row', { name: /^True peak/ }).waitFor();
    await page.getByLabel('Match levels').uncheck();
    assert.deepEqual(
      (await heardIn(page)).map(({ volume }) => volume),
      [1, 1],
    );
    assert.deepEqual(page.found, []);
  });

  it('draws the spectrum of the part in sight, of the file that is heard', async () => {
    const { user, id } = await converted('wav', 4, { sampleRate: 16_000 });
    const page = await openDetails(browser, service, { user, id });
    await button(page, 'Show the waveform').click();
    await button(page, 'Spectrogram').click();
    const picture = page.getByRole('img', { name: 'Result, 0:00.0 to 0:04.0, 0 to 8 kHz' });
    await picture.waitFor();
    const brightness = await page.evaluate(`(async () => {
      const image = document.querySelector('.spectrum img');
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const column = context.getImageData(image.naturalWidth / 2, 0, 1, image.naturalHeight).data;
      return Array.from({ length: image.naturalHeight }, (_, row) => column[row * 4]);
    })()`);
    assert.ok(Array.isArray(brightness) && brightness.length === 256);
    const [low, high] = [Math.max(...brightness.slice(-40)), Math.max(...brightness.slice(0, 100))];
    assert.ok(low > 100 && high < low * 0.6, `${low} at the bottom, ${high} at the top`);
    await button(page, 'Zoom in').click();
    await page.getByRole('img', { name: /^Result, 0:00\.0 to 0:02\.0/ }).waitFor();
    assert.deepEqual(page.found, []);
  });

  it('changes tags, cover and chapters of the next result, and plays from a chapter', async () => {
    const { user, id } = await converted('mp3', 6, {}, '-metadata', 'title=Waltz', '-metadata', 'genre=Folk');
    const page = await openDetails(browser, service, { user, id });
    await page.getByText('Tags, cover and chapters').click();
    await page.getByLabel('Title', { exact: true }).fill('Tango');
    await page.getByLabel('Genre', { exact: true }).fill('');
    await page.getByLabel('Another tag').fill('mood');
    await page.getByLabel('Text', { exact: true }).fill('calm');
    await page.locator('.own-tag button').click();
    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 40, height: 30 } });
    const file = { name: 'cover.png', mimeType: 'image/png', buffer: picture };
    await page.getByLabel('Choose a picture').setInputFiles(file);
    await page.getByRole('img', { name: 'New cover' }).waitFor();
    await button(page, 'Add a chapter at 0:00.0').click();
    await button(page, 'Add a chapter at').click();
    await page.getByLabel('Title of chapter 1').fill('Intro');
    await page.getByLabel('Start of chapter 1').fill('0:02.5');
    await page.getByLabel('Start of chapter 1').blur();
    await button(page, /^Add a chapter/).click();
    await button(page, 'Convert again').click();
    const read = async () => CHANGED.parse(await (await user.fetch(`/api/tasks/${id}`)).json());
    await until(async () => {
      const task = await read();
      return 'chapters' in task.options && task.result !== null;
    });
    const { result } = await read();
    assert.ok(result);
    assert.equal(result.media.tags.title[0], 'Tango');
    assert.equal(result.media.tags.mood[0], 'calm');
    assert.ok(!('genre' in result.media.tags));
    assert.equal(result.media.pictures[0].width, 40);
    const chapters = result.media.chapters.map(({ start, title }: { start: number; title: string }) => [
      start,
      title,
    ]);
    assert.deepEqual(chapters, [
      [0, 'Chapter 2'],
      [2.5, 'Intro'],
    ]);
    await button(page, 'Play from 0:02.5: Intro').click();
    await until(async () => (await heardIn(page)).some(({ paused, time }) => !paused && time > 2.6));
    assert.deepEqual(page.found, []);
  });

  it('shows tags and cover of a file before it is sent, and converts it with others', async () => {
    const user = await service.newGuest();
    const path = join(folder(), 'waltz.mp3');
    const tags = ['-metadata', 'title=Waltz', '-metadata', 'genre=Folk'];
    await makeTone(
      path,
      1,
      '-f',
      'lavfi',
      '-i',
      'color=red:s=60x40:d=0.04',
      '-frames:v',
      '1',
      ...ATTACHED,
      ...tags,
    );
    const page = await browser.openAs(user, service.url());
    await page.getByLabel('Choose files').setInputFiles(path);
    await button(page, 'Tags, cover and chapters of waltz.mp3').click();
    const title = page.getByLabel('Title', { exact: true });
    await title.waitFor();
    assert.equal(await title.inputValue(), 'Waltz');
    await page.getByRole('img', { name: 'Present cover' }).waitFor();
    await title.fill('Tango');
    const picture = await page.screenshot({ clip: { x: 0, y: 0, width: 50, height: 20 } });
    const file = { name: 'cover.png', mimeType: 'image/png', buffer: picture };
    await page.getByLabel('Choose a picture').setInputFiles(file);
    await button(page, 'Add a chapter at 0:00.0').click();
    await button(page, 'Convert 1 file').click();
    await button(page, 'Download waltz.mp3').waitFor();
    const [task] = await user.tasks();
    assert.ok(task);
    const { result } = CHANGED.parse(await (await user.fetch(`/api/tasks/${task.id}`)).json());
    assert.equal(task.revision, 1);
    assert.deepEqual(result?.media.tags.title, ['Tango']);
    assert.deepEqual(result?.media.tags.genre, ['Folk']);
    assert.equal(result?.media.pictures[0].width, 50);
    assert.equal(result?.media.chapters[0].title, 'Chapter 1');
    assert.deepEqual(page.found, []);
  });

  it('saves a result without holding it in the page', async () => {
    const { user, id } = await converted('flac', 2);
    const page = await openDetails(browser, service, { user, id });
    await page.evaluate('URL.createObjectURL = () => { throw new Error("the page holds a file"); }');
    const saving = page.waitForEvent('download');
    await button(page, 'Download FLAC').click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), 'tone.flac');
    const bytes = Buffer.from(await (await user.fetch(`/api/tasks/${id}/result`)).arrayBuffer());
    assert.deepEqual(await readFile(await saved.path()), bytes);
    assert.deepEqual(page.found, []);
  });
});
