import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  recordDataFolder,
  removeClustersOfRemovedData,
} from '../../../../lib/adapters/embedded-postgres/removed-clusters.ts';
import { temporaryFolder } from '../../../support/folders.ts';

describe('The cluster of a data folder that was removed', () => {
  // Elsewhere than on Linux nothing says which process works on a folder, and nothing is removed.
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  const folder = temporaryFolder();
  const root = () => join(folder(), 'root');
  const data = (name: string) => join(folder(), 'datas', name, 'postgres');

  /** A cluster as root keeps it, and its data folder. */
  const made = async (name: string): Promise<string> => {
    const cluster = randomUUID();
    await mkdir(data(name), { recursive: true });
    await writeFile(join(data(name), 'cluster'), cluster);
    await mkdir(join(root(), cluster, 'base'), { recursive: true });
    await recordDataFolder(root(), cluster, data(name));
    return cluster;
  };
  const remove = (name: string) => rm(join(folder(), 'datas', name), { recursive: true });
  const clusters = async () =>
    (await readdir(root())).filter((name) => name.includes('-') && name !== 'data-folders');

  it('is removed at the next start, with what a killed initdb left next to it, and no other is', async () => {
    const [gone, kept] = await Promise.all([made('gone'), made('kept')]);
    await mkdir(join(root(), `${gone}.${randomUUID()}`));
    await mkdir(join(root(), 'postgresql-18'));
    await remove('gone');
    assert.deepEqual(await removeClustersOfRemovedData(root()), [gone]);
    assert.deepEqual((await clusters()).sort(), [kept, 'postgresql-18'].sort());
    assert.deepEqual(await readdir(join(root(), 'data-folders')), [kept]);
    assert.deepEqual(await removeClustersOfRemovedData(root()), []);
  });

  it('stays while a process works on it, and is removed after that', async () => {
    const cluster = await made('used');
    await remove('used');
    for (const [cwd, ...args] of [
      [join(root(), cluster)],
      ['/', join(root(), cluster)],
      ['/', `-D=${root()}/${cluster}.x`],
    ]) {
      const child = spawn('sh', ['-c', 'echo; read x', 'sh', ...args], {
        cwd,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      assert.deepEqual(await removeClustersOfRemovedData(root()), []);
      child.stdin.end();
      await once(child, 'close');
    }
    assert.deepEqual(await removeClustersOfRemovedData(root()), [cluster]);
  });

  it('stays where its data folder is only out of sight: renamed, on another disk, or in a container', async () => {
    const [renamed, disk, container] = await Promise.all([made('renamed'), made('disk'), made('container')]);
    await rename(join(folder(), 'datas', 'renamed'), join(folder(), 'datas', 'other'));
    for (const [cluster, change] of [
      [disk, { device: 1 }],
      [container, { namespace: 'mnt:[1]' }],
    ] as const) {
      const record = join(root(), 'data-folders', cluster);
      await writeFile(record, JSON.stringify({ ...JSON.parse(await readFile(record, 'utf8')), ...change }));
    }
    await Promise.all([remove('disk'), remove('container')]);
    assert.deepEqual(await removeClustersOfRemovedData(root()), []);
    assert.deepEqual((await clusters()).sort(), [renamed, disk, container].sort());
  });

  it('stays where no record says whose it was, or one that can’t be read', async () => {
    const [unknown, broken] = await Promise.all([made('unknown'), made('broken')]);
    await rm(join(root(), 'data-folders', unknown));
    await writeFile(join(root(), 'data-folders', broken), '{"data":');
    await writeFile(join(root(), 'data-folders', '..not-a-cluster'), '{}');
    await Promise.all([remove('unknown'), remove('broken')]);
    assert.deepEqual(await removeClustersOfRemovedData(root()), []);
    assert.deepEqual((await clusters()).sort(), [unknown, broken].sort());
  });
});
