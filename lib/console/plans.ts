import type { Schemas } from '../client/api.ts';
import { outputOf, TonemillError } from '../client/index.ts';
import type { PlannedOriginal } from '../client/media.ts';
import { reasonOf } from './notices.ts';
import { service } from './service.ts';
import type { ServiceSentence } from './service-sentences.ts';
import type { Wanted } from './wanted.ts';

type Plan = Schemas['Plan'];

/** A result before its conversion. */
export interface PlanRequest {
  /** A short file, or a task. */
  original: PlannedOriginal;
  output: Wanted;
}

/** Plan of several results together. */
export interface PlannedSum {
  /** Bytes; undefined if none is known. `exact` only if all are. */
  bytes: { likely: number; exact: boolean } | undefined;
  /** Seconds of work; undefined if none is known. */
  work: number | undefined;
  /** Whether the sound of all is copied. */
  copied: boolean;
  /** Each kind of loss once. */
  adaptations: Plan['adaptations'];
  /** Number of files that all of them become, where some are split. */
  parts: number;
  /** Number of results that the sum has. */
  count: number;
  /** The first reason for which one would be refused. */
  refusal: ServiceSentence | undefined;
}

/** Requests at the same time. */
const AT_ONCE = 2;

/** Plans of files by their requested outputs, so that a change of one file asks for no other. */
const known = new WeakMap<Blob, Map<string, Promise<Plan>>>();

/** Plans some results. @throws the reason of the signal, if it aborts */
export async function planAll(requests: readonly PlanRequest[], signal: AbortSignal): Promise<PlannedSum> {
  const plans: (Plan | undefined)[] = requests.map(() => undefined);
  let refusal: ServiceSentence | undefined;
  const queue = requests.entries();
  const work = async () => {
    for (const [index, request] of queue) {
      try {
        plans[index] = await planOf(request, signal);
      } catch (error) {
        signal.throwIfAborted();
        refusal ??= refusalOf(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sumOf(
    plans.filter((plan) => plan !== undefined),
    refusal,
  );
}

function planOf({ original, output: { format, options } }: PlanRequest, signal: AbortSignal): Promise<Plan> {
  const ask = () => service.plan(original, outputOf(format, options), { signal });
  if (!(original instanceof Blob)) return ask();
  const plans = known.get(original) ?? new Map<string, Promise<Plan>>();
  known.set(original, plans);
  const key = JSON.stringify([format, options]);
  const plan = plans.get(key) ?? ask();
  plans.set(key, plan);
  // One that was refused or given up is asked for again.
  plan.catch(() => plans.delete(key));
  return plan;
}

/** A sentence about a file or options that the service refuses; undefined where the plan itself could not be made now. */
function refusalOf(error: unknown): ServiceSentence | undefined {
  const isRefused = error instanceof TonemillError && (error.status === 400 || error.status === 422);
  return isRefused ? reasonOf(error) : undefined;
}

function sumOf(plans: readonly Plan[], refusal: ServiceSentence | undefined): PlannedSum {
  const sizes = plans.flatMap(({ bytes }) => (bytes ? [bytes] : []));
  const works = plans.flatMap(({ work }) => (work === null ? [] : [work]));
  const adaptations = plans.flatMap((plan) => plan.adaptations);
  const kinds = new Map(adaptations.map((each) => [`${each.property} ${each.to}`, each]));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    bytes:
      sizes.length === 0
        ? undefined
        : { likely: sum(sizes.map(({ likely }) => likely)), exact: sizes.every(({ exact }) => exact) },
    work: works.length === 0 ? undefined : sum(works),
    copied: plans.length > 0 && plans.every(({ copied }) => copied),
    adaptations: [...kinds.values()],
    parts: sum(plans.map(({ parts }) => parts ?? 1)),
    count: plans.length,
    refusal,
  };
}
