/** Texts that no route expects, and that lookups, databases and parsers stumble over. */
export const TEXTS: readonly string[] = [
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    'a\udfffb',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\r\nX: y',
    "'",
    '"',
    '\\',
    '%',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'],
  ...[
    '../../etc/passwd',
    '..',
    '.',
    'a/b',
    '\\\\host\\share',
    'CON',
    '$(id)',
    '{{7*7}}',
    "';drop table users;--",
  ],
  ...[
    'null',
    'undefined',
    'NaN',
    'Infinity',
    'true',
    '[]',
    '{}',
    'x'.repeat(20_000),
    '\u{1F3B5}'.repeat(300),
  ],
];

/** Spellings of numbers: other ones of 1, and ones that no column holds. */
export const NUMBERS: readonly string[] = [
  ...['0x1', '1e0', '01', '+1', '1.0', '1.', '.1', ' 1', '1 ', '1_0', '0b1', '0o1', '1n', '\uff11', '\u0661'],
  ...['-1', '-0', '0', '1.5', '1e400', '2147483648', '4294967297', '9007199254740993', '9223372036854775808'],
  ...['9'.repeat(400)],
];

/** Parts of a path as they stand in a request, broken encodings among them. */
export const SEGMENTS: readonly string[] = [
  ...[...TEXTS, ...NUMBERS]
    .filter((text) => text.isWellFormed() && text.length < 5000)
    .map(encodeURIComponent),
  ...['%', '%zz', '%u0000', '%ED%A0%80', '%C0%AF', '%FF', '%25', '%2e%2e%2f', 'x'.repeat(15_000)],
].filter((segment) => segment !== '');

/** Values in the place of any field of a JSON body, as JSON. */
export const JSON_VALUES: readonly string[] = [
  ...TEXTS.map((text) => JSON.stringify(text)),
  ...[
    'null',
    'true',
    '[]',
    '{}',
    '[[]]',
    '0',
    '-1',
    '1.5',
    '1e999',
    '-1e999',
    '2147483648',
    '9007199254740993',
  ],
  ...['{"__proto__":1}', '{"constructor":1}', '{"toString":{"x":1}}', '{"a":"\\u0000"}', '{"\\u0000":1}'],
  ...[`${'['.repeat(5000)}${']'.repeat(5000)}`, `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
];

/** Bodies that are no object of JSON. */
export const BODIES: readonly string[] = [
  ...[
    '',
    ' ',
    '{bad',
    '{',
    '{}',
    '[]',
    'null',
    '"x"',
    '1',
    '[{}]',
    '{"a":}',
    '\0',
    '\ufeff{}',
    '{"a":1}{"a":1}',
  ],
  ...['NaN', "{'a':1}", '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', 'a=1&b=2'],
  ...[`${'['.repeat(30_000)}`, `${'{"a":'.repeat(10_000)}`, 'x'.repeat(70_000)],
];

export const CONTENT_TYPES: readonly string[] = [
  ...[
    '',
    'application/json',
    'APPLICATION/JSON ; charset=utf-16',
    'application/json;charset=\x80',
    'text/plain',
  ],
  ...[
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'application/xml',
  ],
  ...[
    'multipart/form-data; boundary=b',
    'multipart/form-data; boundary="\x80"',
    'application/vnd.api+json',
    ';',
    '/',
  ],
  ...[`multipart/form-data; boundary=${'b'.repeat(5000)}`, 'constructor', '__proto__/__proto__'],
];

/** Lines of a request's head, all but those that belong to its body. */
export const HEADER_LINES: readonly string[] = [
  ...[
    'Host: ',
    'Host: a b',
    'Host: a/b',
    'Host: a@b',
    'Host: [::1',
    'Host: a:99999',
    'Host: a:b',
    'Host: \x80',
  ],
  ...[
    'Host: __proto__',
    'Host: ..',
    'Host: %00',
    'Host: 0x7f.1',
    `Host: ${'a'.repeat(5000)}`,
    'Host: a\\b',
    'Host: a?b',
  ],
  ...['X-Forwarded-Proto: javascript', 'X-Forwarded-Proto: https,http', 'X-Forwarded-Proto: \x80'],
  ...[
    'X-Forwarded-For: ',
    'X-Forwarded-For: x',
    'X-Forwarded-For: ,,,',
    `X-Forwarded-For: ${'1.1.1.1,'.repeat(1000)}`,
  ],
  ...[
    'Range: bytes=',
    'Range: bytes=9-1',
    'Range: bytes=-0',
    'Range: bytes=0-0,1-1',
    'Range: items=0-1',
    'Range: \x80',
  ],
  ...[
    'Range: bytes=0x1-0x2',
    'Range: bytes=1e1-',
    `Range: bytes=${'0-0,'.repeat(2000)}0-0`,
    'Range: bytes=-9e99',
  ],
  ...[
    'If-None-Match: \x80',
    'If-Match: "',
    'If-Range: x',
    'If-Modified-Since: never',
    'Accept-Encoding: \x80',
  ],
  ...[
    'traceparent: 00-x',
    'traceparent: \x80',
    'X-Cloud-Trace-Context: x/y;o=z',
    'Origin: \x80',
    'Origin: null',
  ],
  ...[
    'Idempotency-Key: ',
    'Idempotency-Key: "',
    'Idempotency-Key: \x80',
    `Idempotency-Key: ${'x'.repeat(5000)}`,
    'Idempotency-Key: __proto__',
  ],
  ...['Access-Control-Request-Method: \x80', 'Access-Control-Request-Headers: \x80,,'],
  ...['Origin: javascript:alert(1)', 'Expect: 200-ok', 'Upgrade: websocket', 'Transfer-Encoding: identity'],
  ...[
    '__proto__: x',
    'constructor: x',
    'Cookie: \x80=;;;',
    'Accept: \x80',
    'TE: trailers',
    'Content-Range: x',
  ],
  ...['Content-Range: bytes 9-1/2', 'Content-Range: bytes */*', 'Content-Range: bytes 0-999999999999999/*'],
  ...['Content-Length: 5, 6', 'Content-Length: -1', 'Content-Length: 1e3', 'X-HTTP-Method-Override: CONNECT'],
  ...['Authorization: ', 'Authorization: Bearer', 'Authorization: Bearer \x80', 'Authorization: Basic eDp5'],
  ...['X-Service-Credential: ', 'X-Service-Credential: \x80', `Authorization: Bearer ${'a'.repeat(9000)}`],
];

/** Targets of requests that name no route. */
export const TARGETS: readonly string[] = [
  ...[
    '*',
    '/',
    '//',
    '/..',
    '/%',
    '/%00',
    '/\\',
    'x',
    'http://',
    'http://[',
    'ftp://a/b',
    'http://a b/',
    '/#',
    '/?',
  ],
  ...['/constructor', '/__proto__', '/docs/constructor', '/docs/__proto__', '/docs/toString', '/docs/%00'],
  ...[
    '/docs/..%2f..%2fpackage.json',
    '/docs/hasOwnProperty',
    '/api/tasks/',
    '/api//tasks',
    '/API/TASKS',
    '/api/%74asks',
  ],
  ...['/.well-known/constructor', '/api/formats/__proto__', '/openapi.json/x', `/${'a'.repeat(15_000)}`],
  ...[`/${'a/'.repeat(5000)}`, `/?${'a=b&'.repeat(3000)}`, `/api/tasks?${'x'.repeat(20_000)}`],
];

export const METHODS: readonly string[] = [
  ...[
    'HEAD',
    'OPTIONS',
    'TRACE',
    'PATCH',
    'PROPFIND',
    'QUERY',
    'get',
    'CONNECT',
    'FOO',
    '__proto__',
    'constructor',
  ],
];
