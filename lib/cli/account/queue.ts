import { openService } from '../service/service.ts';
import { print, printJson, printTable } from '../terminal/output.ts';
import { stopSignal } from '../terminal/stop.ts';

/** Prints the tasks that wait and run, and the users who have the most of them. */
export async function showQueue({ json }: { json?: boolean }): Promise<void> {
  const { client } = await openService();
  const queue = await client.administration.queue({ signal: stopSignal });
  if (json) return printJson(queue);
  const { waiting, running, oldestSeconds, users } = queue;
  const oldest = oldestSeconds === null ? '' : `, the oldest for ${oldestSeconds} s`;
  print(`${waiting} waiting${oldest}; ${running} running`);
  if (users.length === 0) return;
  printTable([
    ['ID', 'NAME', 'WAITING', 'RUNNING'],
    ...users.map((one) => [one.id, one.user, one.waiting, one.running]),
  ]);
}

/** Prints failed tasks by their codes, the most frequent of the week first. */
export async function showFailures({ json }: { json?: boolean }): Promise<void> {
  const { client } = await openService();
  const failures = await client.administration.failures({ signal: stopSignal });
  if (json) return printJson(failures);
  const ofDay = new Map(failures.day.map(({ code, count }) => [code, count]));
  if (failures.week.length === 0) return print('No task failed within a week.');
  printTable([
    ['CODE', 'DAY', 'WEEK'],
    ...failures.week.map(({ code, count }) => [code, ofDay.get(code) ?? 0, count]),
  ]);
}
