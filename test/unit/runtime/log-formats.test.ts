import assert from 'node:assert/strict';
import { AppError } from '../../../lib/runtime/errors.ts';
import { createLog, type LogEvent, type LogFields } from '../../../lib/runtime/log.ts';
import { jsonLine, prettyLine } from '../../../lib/runtime/log-formats.ts';

/** The event that one call logs. */
function eventOf(message: string, fields: LogFields): LogEvent {
  let logged: LogEvent | undefined;
  createLog((event) => {
    logged = event;
  }).info(message, fields);
  assert.ok(logged);
  return logged;
}

/** Escape sequences of a terminal, C1 controls, line breaks, and marks that turn text around. */
const HOSTILE = '\u001b[2J\u001b]0;title\u0007\u009b31m\r\n\u007f\u2028\u202e\u2066';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

describe('A log line for people', () => {
  const line = (message: string, fields: LogFields = {}) => prettyLine(eventOf(message, fields), false);

  it('has time, level, sentence, task and the other fields', () => {
    const fields = { taskId: 3, revision: 1, attempt: 1, from: 'flac', to: 'mp3', seconds: 0.41234 };
    assert.match(
      line('Converted', fields),
      /^\d\d:\d\d:\d\d {2}info {3}Converted {2}task 3 {2}from=flac to=mp3 seconds=0\.412$/,
    );
  });

  it('is one line with the code of a file that cannot be converted, without a stack', () => {
    const cause = new Error('[mp3 @ 0x1] Header missing\nInvalid data');
    const error = new AppError('not_audio', 'This is not audio.', { cause });
    const shown = line('Not convertible', { taskId: 3, code: 'not_audio', error });
    assert.ok(
      shown.endsWith('task 3  not_audio: This is not audio. ([mp3 @ 0x1] Header missing | Invalid data)'),
      shown,
    );
    assert.doesNotMatch(shown, /\n|code=/);
  });

  it('has the stack of a defect in lines below it, with the causes', () => {
    const error = new AppError('internal', 'Broken.', { cause: new TypeError('deep') });
    assert.match(
      line('A request failed', { error }),
      /Broken\.\n {4}at [\s\S]+\n {4}Caused by: TypeError: deep\n/,
    );
  });

  it('shows the fields of Cloud Logging to nobody, and cuts long values', () => {
    const fields = { 'logging.googleapis.com/trace': 'trace', reason: 'r'.repeat(1000), deep: { a: [1] } };
    assert.match(line('Looked', fields), /Looked {2}reason=r{200}\.\.\. deep=\{"a":\[1\]\}$/);
  });

  it('hands no control character of a message, a field or an error to the terminal', () => {
    const error = new AppError('not_audio', HOSTILE);
    for (const fields of [{}, { name: HOSTILE }, { taskId: HOSTILE }, { nested: [HOSTILE] }, { error }])
      assert.doesNotMatch(line(`name ${HOSTILE}`, fields), CONTROL);
    const stack = line('Broken', { error: new Error(HOSTILE) });
    for (const part of stack.split('\n')) assert.doesNotMatch(part, CONTROL);
  });

  it('is coloured only where colours are wanted', () => {
    const sequence = '\u001b[';
    assert.ok(prettyLine(eventOf('Looked', {}), true).includes(sequence));
    assert.ok(!line('Looked').includes(sequence));
  });
});

describe('A log line as JSON', () => {
  it('holds no raw control character, and the whole text', () => {
    const shown = jsonLine(eventOf(HOSTILE, { name: HOSTILE }));
    assert.doesNotMatch(shown, CONTROL);
    const { message, name } = JSON.parse(shown);
    assert.deepEqual([message, name], [HOSTILE, HOSTILE]);
  });
});
