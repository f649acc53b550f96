import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { readForm } from '../../../lib/http/multipart-form.ts';
import { hasCode } from '../../../lib/runtime/errors.ts';

const LIMIT = 1000;
const FILE = 'Content-Disposition: form-data; name="audio"; filename="a.wav"';
const FIELD = 'Content-Disposition: form-data; name="newFormat"';

/** Reads a form as a route does. */
async function read(
  chunks: Iterable<Uint8Array | string>,
  contentType = 'multipart/form-data; boundary=b',
  limit = LIMIT,
) {
  const body = ReadableStream.from([...chunks].map((chunk) => Buffer.from(chunk)));
  const file = await readForm({ contentType, length: undefined, open: () => body }, limit);
  const bytes = await buffer(file.content);
  return { name: file.name, bytes, before: file.before, fields: await file.end() };
}

const form = (...parts: string[]) => `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
const file = (headers = FILE, content = 'sound') => `${headers}\r\n\r\n${content}`;
const field = (name: string, value = 'mp3') =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;

describe('A multipart form', () => {
  it('is read alike in chunks of any size, and as the parser of fetch reads it', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const noise = fc.array(
      fc
        .constantFrom('\r', '\n', '\r\n--front', '\r\n--', '--', 'frontie', 'x')
        .map((text) => Buffer.from(text)),
    );
    const content = fc.oneof(
      bytes,
      noise.map((pieces) => Buffer.concat(pieces)),
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(content, fc.string({ unit: 'grapheme' }), cuts, async (sound, text, sizes) => {
        fc.pre(!Buffer.from(sound).includes('frontier'));
        const line = '--frontier';
        const head = `${line}\r\n${field('options', text)}\r\n${line}\r\n${FILE}\r\n\r\n`;
        const whole = Buffer.concat([Buffer.from(head), sound, Buffer.from(`\r\n${line}--\r\n`)]);
        const type = 'multipart/form-data; boundary=frontier';
        const got = await read(pieces(whole, sizes), type);
        const other = await new Response(whole, { headers: { 'Content-Type': type } }).formData();
        const sent = other.get('audio');
        assert.ok(sent instanceof File);
        assert.deepEqual(Buffer.from(await sent.arrayBuffer()), got.bytes);
        assert.equal(got.fields.get('options'), text);
      }),
    );
  });

  it('as fetch makes it keeps quotes, line breaks and Unicode of the name of its file', async () => {
    const name = 'Tö"ne\r\n🎵\\.wav';
    const sent = new FormData();
    sent.append('audio', new Blob(['sound']), name);
    const request = new Request('http://localhost', { method: 'POST', body: sent });
    const contentType = request.headers.get('content-type') ?? '';
    assert.equal((await read([await request.bytes()], contentType)).name, name);
  });

  for (const [written, name] of [
    ['a\\"b.wav', 'a"b.wav'],
    ['\\"a\\"', '"a"'],
    ['C:\\new\\a.wav', 'C:\\new\\a.wav'],
    ['C:\\', 'C:\\'],
  ] as const) {
    it(`keeps the name that is written as ${written}`, async () => {
      for (const header of [`name="audio"; filename="${written}"`, `filename="${written}"; name="audio"`]) {
        const got = await read([form(file(`Content-Disposition: form-data; ${header}`))]);
        assert.equal(got.name, name);
      }
    });
  }

  it('may have a preamble, an epilogue, padding after boundaries and folded headers', async () => {
    const folded = 'content-disposition: form-data;\r\n name="audio"; filename=a.wav';
    const body = `Hello\r\n--b \t\r\n${folded}\r\n\r\nsound\r\n--b--\r\nBye`;
    const { name, bytes } = await read([body]);
    assert.deepEqual([name, bytes.toString()], ['a.wav', 'sound']);
  });

  it('has fields before its file and after it, in a charset that its part names', async () => {
    const latin = Buffer.from(
      'Content-Disposition: form-data; name="filename"\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nT\xf6ne',
      'latin1',
    );
    const body = ['--b\r\n', field('newFormat'), '\r\n--b\r\n', file(), '\r\n--b\r\n', latin, '\r\n--b--'];
    const { before, fields } = await read(body);
    assert.deepEqual(Object.fromEntries(before), { newFormat: 'mp3' });
    assert.deepEqual(Object.fromEntries(fields), { newFormat: 'mp3', filename: 'Töne' });
  });

  it('may have a quoted boundary with any characters', async () => {
    const body = Buffer.from(form(file()).replaceAll('--b', '--a: é'), 'latin1');
    assert.equal((await read([body], 'multipart/form-data; boundary="a: é"')).bytes.toString(), 'sound');
  });

  it('may have a file that is exactly as large as is taken', async () => {
    assert.equal((await read([form(file(FILE, 'x'.repeat(LIMIT)))])).bytes.length, LIMIT);
  });

  const types: [string, string, RegExp][] = [
    ['without a boundary', 'multipart/form-data', /has no boundary/],
    ['with an empty boundary', 'multipart/form-data; boundary=', /has no boundary/],
    [
      'with a long boundary',
      `multipart/form-data; boundary=${'b'.repeat(71)}`,
      /a boundary of 71 characters/,
    ],
    ['with another type', 'multipart/mixed; boundary=b', /must be multipart\/form-data, and was/],
  ];
  for (const [what, type, cause] of types) {
    it(`${what} in its Content-Type is refused, and the answer says so`, async () => {
      await assert.rejects(read([form(file())], type), cause);
    });
  }

  const upload = 'upload_incomplete';
  const invalid = 'invalid_request';
  const faults: [string, string, string, RegExp][] = [
    ['without a byte', '', upload, /body is empty/],
    ['that is a text', 'sound', invalid, /does not contain the boundary "b"/],
    [
      'with another boundary',
      '--c\r\nX: y\r\n\r\n\r\n--c--',
      invalid,
      /boundary "c", but not the boundary "b"/,
    ],
    ['with line feeds only', form(file()).replaceAll('\r', ''), invalid, /end with LF.*CRLF/],
    ['that ends in a boundary', '--b', upload, /inside the boundary before part 1/],
    ['that ends in headers', `--b\r\n${FILE}`, upload, /inside the headers of part 1/],
    ['that ends in its file', `--b\r\n${file()}`, upload, /inside the content of part 1.*--b--/],
    ['that ends in a field', `--b\r\n${field('x')}`, upload, /inside the content of part 1/],
    ['without a final boundary', `--b\r\n${file()}\r\n--b\r\n`, upload, /headers of part 2.*final boundary/],
    [
      'with junk after a boundary',
      `--bx\r\n${file()}`,
      invalid,
      /boundary --b before part 1 must be followed/,
    ],
    ['whose headers do not end', `--b\r\n${FILE}\r\n${form(file())}`, invalid, /end with an empty line/],
    ['with a header that is none', form(file(`${FILE}\r\nnone`)), invalid, /NAME: VALUE, and was "none"/],
    [
      'with long headers',
      form(file(`${FILE}\r\nX: ${'x'.repeat(9000)}`)),
      'too_large',
      /part 1 are over 8192/,
    ],
    ['with a header that never ends', `--b\r\nX: ${'x'.repeat(9000)}`, 'too_large', /part 1 are over 8192/],
    ['without a disposition', form(file('X: y')), invalid, /Part 1.*no Content-Disposition/],
    ['without headers', '--b\r\n\r\nsound\r\n--b--', invalid, /Part 1.*no Content-Disposition/],
    [
      'with an attachment',
      form(file('Content-Disposition: attachment')),
      invalid,
      /"attachment", not form-data/,
    ],
    [
      'with a part without name',
      form(file('Content-Disposition: form-data')),
      invalid,
      /Part 1.*has no name/,
    ],
    [
      'with a form in it',
      form(file(`${FILE}\r\nContent-Type: multipart/mixed`)),
      invalid,
      /is multipart itself/,
    ],
    [
      'in base64',
      form(file(`${FILE}\r\nContent-Transfer-Encoding: base64`)),
      invalid,
      /"base64".*as they are/,
    ],
    ['without a part', '--b--\r\n', invalid, /but none came/],
    ['without a file', form(field('newFormat')), invalid, /but none came/],
    ['with a text for its file', form(field('audio')), invalid, /text without filename/],
    ['with its file elsewhere', form(file(FILE.replace('audio', 'song'))), invalid, /in the part "song"/],
    ['with two files', form(file(), file()), invalid, /two files/],
    ['with a field that comes twice', form(field('x'), field('x'), file()), invalid, /"x" came twice/],
    ['with a field before its file and after it', form(field('x'), file(), field('x')), invalid, /twice/],
    [
      'with a long field',
      form(field('x', 'y'.repeat(65_537)), file()),
      'too_large',
      /"x" is over 65536 bytes/,
    ],
    [
      'with an unknown charset',
      form(file(`${FIELD}\r\nContent-Type: text/plain; charset=x`)),
      invalid,
      /"x"/,
    ],
    [
      'with many parts',
      form(...Array.from({ length: 41 }, (_, n) => field(`${n}`))),
      'too_large',
      /40 parts/,
    ],
    ['with a large file', form(file(FILE, 'x'.repeat(LIMIT + 1))), 'too_large', /larger than 1000 bytes/],
  ];
  for (const [what, body, code, cause] of faults) {
    it(`${what} is refused, and the answer says so`, async () => {
      for (const size of [1, body.length + 1]) {
        await assert.rejects(
          read(pieces(Buffer.from(body), [size])),
          (error) =>
            error instanceof Error && 'code' in error && error.code === code && cause.test(error.message),
        );
      }
    });
  }

  const endless: [string, string][] = [
    ['its preamble', ''],
    ['its epilogue', `--b\r\n${file()}\r\n--b--`],
    ['fields that the form does not have', `--b\r\n${file()}\r\n`],
  ];
  for (const [where, beginning] of endless) {
    it(`that never ends is refused in ${where} after a few hundred kilobytes`, async () => {
      let sent = 0;
      const body = function* () {
        yield Buffer.from(beginning);
        for (let number = 0; ; number++) {
          const more = where.startsWith('fields')
            ? `--b\r\n${field(`${number}`, 'x'.repeat(60_000))}\r\n`
            : 'x'.repeat(1000);
          sent += more.length;
          yield Buffer.from(more);
        }
      };
      const stream = ReadableStream.from(body());
      const request = {
        contentType: 'multipart/form-data; boundary=b',
        length: undefined,
        open: () => stream,
      };
      const all = async () => {
        const { content, end } = await readForm(request, LIMIT);
        await buffer(content);
        await end();
      };
      await assert.rejects(all(), (error) => hasCode(error, 'too_large'));
      assert.ok(sent < 400_000, String(sent));
    });
  }

  it('is refused by its Content-Length before a byte of it is read', async () => {
    const open = () => assert.fail('was opened');
    const request = { contentType: 'multipart/form-data; boundary=b', length: '300000', open };
    await assert.rejects(readForm(request, LIMIT), (error) => hasCode(error, 'too_large'));
  });
});

function* pieces(whole: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, n = 0; at < whole.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    yield whole.subarray(at, at + size);
    at += size;
  }
}
