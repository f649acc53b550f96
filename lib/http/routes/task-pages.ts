import { z } from '@hono/zod-openapi';
import {
  type ShownTask,
  TASK_ORDERS,
  TASK_STATES,
  type TaskOrder,
  type TaskPage,
} from '../../ports/tasks.ts';
import { AppError } from '../../runtime/errors.ts';
import { MOST_INTEGER, wholeNumber } from '../../runtime/whole-number.ts';

/** Query of a list of tasks. */
export const PAGE = z.object({
  max: wholeNumber(1, 1000).default(100).openapi({
    type: 'integer',
    minimum: 1,
    maximum: 1000,
    description: 'Maximum number of tasks on a page.',
  }),
  sort: z.enum(TASK_ORDERS).default('created').openapi({
    description:
      'The order: of creation, by name as Unicode orders texts, by state, or by size of the result, 0 without one. Equal tasks are in the order of creation.',
  }),
  order: z.enum(['0', '1']).default('0').openapi({ description: '0: ascending, 1: descending.' }),
  name: z
    .string()
    .min(1, 'expected a part of a name')
    .max(255, 'expected at most 255 characters')
    .refine((text) => !text.includes('\0'), 'expected no NUL')
    .optional()
    .openapi({ description: 'Only tasks whose name contains this text, in upper or lower case.' }),
  state: z.enum(TASK_STATES).optional(),
  format: z
    .string()
    .regex(/^[A-Za-z0-9]{1,10}$/, 'expected the name of a format')
    .optional()
    .openapi({ description: 'Only tasks whose requested format is this one.', example: 'mp3' }),
  batchId: wholeNumber(1, MOST_INTEGER, 'expected a batch id').optional().openapi({
    type: 'integer',
    minimum: 1,
    maximum: MOST_INTEGER,
    description: 'Only tasks of this batch.',
  }),
  after: wholeNumber(0, MOST_INTEGER).optional().openapi({
    type: 'integer',
    minimum: 0,
    maximum: MOST_INTEGER,
    description: 'Only tasks after this id, in the order of creation.',
  }),
  cursor: z
    .string()
    .max(2000)
    .optional()
    .openapi({ description: 'Place in any other order, as `Link` gives it.' }),
});

type PageQuery = z.output<typeof PAGE>;

/** The page that a query asks for. Throws `invalid_request` for a place that is not of the order. */
export function pageOf({
  max,
  sort,
  order,
  name,
  state,
  format,
  batchId,
  after,
  cursor,
}: PageQuery): TaskPage {
  if (after !== undefined && sort !== 'created')
    throw refused('after', 'expected only with the order of creation; `Link` has a `cursor` for the others');
  return {
    // One more tells whether there is a next page.
    limit: max + 1,
    descending: order === '1',
    order: sort,
    ...(name !== undefined && { name }),
    ...(state && { state }),
    ...(format !== undefined && { format: format.toLowerCase() }),
    ...(batchId !== undefined && { batchId }),
    ...(after !== undefined && { after }),
    ...(cursor !== undefined && placeAt(cursor, sort)),
  };
}

/** Query of the page after a task. */
export function nextQuery(query: Record<string, string>, { max, sort }: PageQuery, last: ShownTask): string {
  const { after: _, cursor: __, ...rest } = query;
  const place =
    sort === 'created'
      ? { after: String(last.id) }
      : { cursor: cursorOf(sort, placeValue(last, sort), last.id) };
  return new URLSearchParams({ ...rest, max: String(max), ...place }).toString();
}

const SHOWN = z.object({
  name: z.string(),
  state: z.string(),
  result: z.object({ size: z.number() }).nullable(),
});

function placeValue({ json }: ShownTask, sort: Exclude<TaskOrder, 'created'>): string | number {
  const { name, state, result } = SHOWN.parse(JSON.parse(json));
  return { name, state, size: result?.size ?? 0 }[sort];
}

function cursorOf(sort: TaskOrder, value: string | number, id: number): string {
  return Buffer.from(JSON.stringify([sort, value, id])).toString('base64url');
}

const ID = z.int().min(0).max(MOST_INTEGER);
const TEXT = z.string().refine((text) => !text.includes('\0') && text.isWellFormed());
const CURSOR = z.union([
  z.tuple([z.enum(['name', 'state']), TEXT, ID]),
  z.tuple([z.literal('size'), z.int().min(0), ID]),
]);

function placeAt(cursor: string, sort: TaskOrder): Pick<TaskPage, 'after' | 'afterValue'> {
  const { data } = CURSOR.safeParse(parsed(Buffer.from(cursor, 'base64url').toString()));
  if (data?.[0] !== sort) throw refused('cursor', 'expected the cursor of a `Link` of the same order');
  return { afterValue: data[1], after: data[2] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(path: string, message: string): AppError {
  return new AppError('invalid_request', `The parameter ${path} is not valid.`, {
    details: [{ path, message }],
  });
}
