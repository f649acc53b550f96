import { z } from 'zod';

/** Headers that each request gets anew. */
const NEW_EACH_TIME = /^(?:access-control-.*|vary|x-content-type-options|date|connection)$/;

const KEPT = z.object({
  status: z.int(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.string(),
});

/** An answer as text: its status, its headers and its body. The answer itself stays unread. */
export async function answerText(answer: Response): Promise<string> {
  const headers = [...answer.headers].filter(([name]) => !NEW_EACH_TIME.test(name));
  const kept: z.input<typeof KEPT> = {
    status: answer.status,
    headers,
    body: await answer.clone().text(),
  };
  return JSON.stringify(kept);
}

/** The answer that `answerText` wrote, marked as a repetition. */
export function answerOf(text: string): Response {
  const { status, headers, body } = KEPT.parse(JSON.parse(text));
  const marked = [...headers, ['Idempotent-Replayed', 'true'] satisfies [string, string]];
  return new Response(body, { status, headers: marked });
}
