import type { Knex } from 'knex';
import type { NewPreset, Preset, PresetStore } from '../../ports/presets.ts';
import type { TaskOptions } from '../../ports/tasks.ts';
import { AppError } from '../../runtime/errors.ts';
import { isUniqueViolation } from './rows.ts';

interface PresetRow {
  id: number;
  user_id: number;
  name: string;
  format: string;
  options: TaskOptions;
  created_at: Date;
  changed_at: Date;
}

export function createPresetStore(knex: Knex): PresetStore {
  const presets = () => knex<PresetRow>('presets');
  return {
    add: (userId, preset, most) =>
      orTaken(() =>
        knex.transaction(async (transaction) => {
          // Two requests at once must not both be the last that is allowed.
          await transaction('users').where({ id: userId }).forUpdate().first('id');
          const rows = transaction<PresetRow>('presets');
          const [count] = await rows.clone().where({ user_id: userId }).count({ count: '*' });
          if (Number(count?.count) >= most) return undefined;
          const [row] = await rows.clone().insert({ user_id: userId, ...columns(preset) }, '*');
          return row && toPreset(row);
        }),
      ),
    async list(userId) {
      return (await presets().where({ user_id: userId }).orderBy('id')).map(toPreset);
    },
    async find(userId, preset) {
      const key = typeof preset === 'number' ? { id: preset } : { name: preset };
      const row = await presets()
        .where({ user_id: userId, ...key })
        .first();
      return row && toPreset(row);
    },
    change: (userId, id, preset) =>
      orTaken(async () => {
        const changed = { ...columns(preset), changed_at: knex.fn.now() };
        const [row] = await presets().where({ user_id: userId, id }).update(changed, '*');
        return row && toPreset(row);
      }),
    async remove(userId, id) {
      const [row] = await presets().where({ user_id: userId, id }).delete('*');
      return row && toPreset(row);
    },
  };
}

async function orTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError(
      'taken',
      'You have a preset of this name. Choose another name, or change that preset.',
      {
        details: [{ path: 'name', message: 'is taken' }],
        cause: error,
      },
    );
  }
}

function columns({ name, format, options }: NewPreset) {
  return { name, format, options };
}

function toPreset(row: PresetRow): Preset {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    format: row.format,
    options: row.options,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
