import type { PlanRequest } from '../plans.ts';
import { outputsOf, problemOf, type StagedFile, staged } from '../staged.ts';
import { PlannedResults } from './planned-results.tsx';

/** Bytes up to which a file is sent to be planned. */
const SMALL = 8_000_000;

/** Bytes of all files that are sent to be planned. */
const TOGETHER = 32_000_000;

/** Most results that are planned. */
const MOST = 40;

/** The plan for the files that wait, as far as they are small. */
export function PlannedFiles() {
  const usable = staged.value.filter((each) => problemOf(each) === undefined);
  const requests = requestsOf(usable);
  const wanted = usable.reduce((sum, each) => sum + outputsOf(each).length, 0);
  const of = JSON.stringify(usable.map((each) => [each.key, outputsOf(each)]));
  return <PlannedResults requests={requests} wanted={wanted} of={of} />;
}

function requestsOf(files: readonly StagedFile[]): PlanRequest[] {
  let bytes = 0;
  const requests: PlanRequest[] = [];
  for (const each of files) {
    const file = 'file' in each.source ? each.source.file : undefined;
    if (!file || file.size > SMALL) continue;
    bytes += file.size;
    const outputs = outputsOf(each);
    if (bytes > TOGETHER || requests.length + outputs.length > MOST) break;
    requests.push(...outputs.map((output) => ({ original: file, output })));
  }
  return requests;
}
