import type { Knex } from 'knex';
import type { AlbumLevel, AlbumStore, AlbumTrack } from '../../ports/albums.ts';

/** Different levels that a batch keeps: one for each way to measure, of which few are ever asked for. */
const MOST_LEVELS = 20;

/** Tracks that a batch may have. */
const MOST_TRACKS = 1000;

interface AlbumRow {
  id: number;
  /** Levels by their question. */
  album: Readonly<Record<string, AlbumLevel | null>>;
}

export function createAlbumStore(knex: Knex): AlbumStore {
  const kept = async (batchId: number, question: string) => {
    const row = await knex<AlbumRow>('batches').where({ id: batchId }).first('album');
    return row?.album[question];
  };
  return {
    async tracks(batchId) {
      const rows = await knex('tasks')
        .where({ batch_id: batchId, album: true })
        .whereNotIn('state', ['AWAITING_UPLOAD', 'EXPIRED'])
        .orderBy('id')
        .limit(MOST_TRACKS)
        .select('id', 'name', 'revision', 'original_ext');
      return rows.map(({ original_ext: originalExt, ...row }): AlbumTrack => ({ ...row, originalExt }));
    },
    level: kept,
    async keepLevel(batchId, question, level) {
      const added = JSON.stringify({ [question]: level });
      await knex('batches')
        .where({ id: batchId })
        .whereRaw('not jsonb_exists(album, ?)', [question])
        .whereRaw('(select count(*) from jsonb_object_keys(album)) < ?', [MOST_LEVELS])
        .update({ album: knex.raw('album || ?::jsonb', [added]) });
      const first = await kept(batchId, question);
      return first === undefined ? level : first;
    },
  };
}
