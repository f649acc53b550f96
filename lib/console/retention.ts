import { account } from './account.ts';
import { t } from './messages.ts';
import { tell } from './notices.ts';
import { day } from './quantities.ts';
import { service } from './service.ts';
import type { Task } from './task.ts';
import { changed } from './tasks.ts';

const DAY = 86_400_000;

/** Milliseconds before the removal of files from which a row offers to keep them. */
const SOON = 7 * DAY;

/** The time until which files can be kept at most, for another standard time; undefined if they can be kept no longer. */
function laterTime({ timestamp, expiresAt }: Task, { days, maxDays }: Retention): Date | undefined {
  if (expiresAt === null) return undefined;
  const until = Math.min(Date.parse(expiresAt) + days * DAY, Date.parse(timestamp) + maxDays * DAY);
  return until > Date.parse(expiresAt) ? new Date(until) : undefined;
}

type Retention = NonNullable<typeof account.value>['limits']['retention'];

/** Whether the service keeps the files of a task longer on request. */
export function canBeKept(task: Task): boolean {
  const { value } = account;
  return (
    value !== undefined && task.state !== 'EXPIRED' && laterTime(task, value.limits.retention) !== undefined
  );
}

/** Whether the files of a task are removed within a week. */
export function goesSoon({ expiresAt }: Task): boolean {
  return expiresAt !== null && Date.parse(expiresAt) - Date.now() < SOON;
}

/** Keeps the files of a task for another time, as far as the service allows, and tells until when. */
export async function keepLonger(id: number): Promise<void> {
  const [{ limits }, task] = await Promise.all([service.account.get(), service.tasks.get(id)]);
  const until = laterTime(task, limits.retention);
  if (!until) return tell(t('task.keep.limit'));
  const kept = await service.tasks.keep(id, until);
  changed(kept);
  tell(t('task.kept', { name: kept.name, day: day(kept.expiresAt ?? until.toISOString()) }));
}
