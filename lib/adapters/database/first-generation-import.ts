import type { Knex } from 'knex';
import type { FirstGenerationImport } from '../../ports/first-generation.ts';

export function createFirstGenerationImport(knex: Knex): FirstGenerationImport {
  return {
    async isNameTaken(name) {
      return (await knex('users').whereRaw('lower(name) = lower(?)', [name]).first('id')) !== undefined;
    },
    async addTask({ id, userId, name, originalExt, format, state, createdAt, media, result }) {
      await knex('tasks').insert({
        ...{
          id,
          user_id: userId,
          name,
          original_ext: originalExt,
          format,
          options: {},
          state,
          media,
          result,
        },
        created_at: createdAt,
        upload_expires_at: createdAt,
        // The sweep enqueues it.
        enqueued_at: state === 'UPLOADED' ? null : createdAt,
        turn: state === 'UPLOADED' ? knex.raw('next_turn(?)', [userId]) : 0,
        progress: state === 'PROCESSED' ? 1 : 0,
      });
    },
    async moveSequence() {
      await knex.raw(`select setval(pg_get_serial_sequence('tasks', 'id'), greatest(
        (select coalesce(max(id), 1) from tasks),
        (select last_value from pg_sequences where format('%I.%I', schemaname, sequencename) =
          pg_get_serial_sequence('tasks', 'id'))))`);
    },
  };
}
