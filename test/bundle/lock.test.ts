import assert from 'node:assert/strict';
import { partOfLock } from '../../functions/bundle/lock.ts';

describe('partOfLock', () => {
  const packages = {
    '': { dependencies: { a: '1', unused: '1' } },
    'node_modules/a': { version: '1.0.0', dependencies: { b: '2', shared: '1' } },
    'node_modules/a/node_modules/b': { version: '2.0.0', dependencies: { shared: '1' } },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/shared': {
      version: '1.0.0',
      optionalDependencies: { absent: '1' },
      peerDependencies: { a: '1' },
    },
    'node_modules/unused': { version: '1.0.0', dependencies: { b: '1' } },
  };

  it('keeps what is needed, where Node.js finds it, and nothing else', () => {
    const root = { name: 'bundle', dependencies: { a: '1' } };
    assert.deepEqual(partOfLock({ lockfileVersion: 3, packages }, root, ['a']), {
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': root,
        'node_modules/a': packages['node_modules/a'],
        'node_modules/a/node_modules/b': packages['node_modules/a/node_modules/b'],
        'node_modules/shared': packages['node_modules/shared'],
      },
    });
  });
});
