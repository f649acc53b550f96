import { type Api, answerOf, byId, type Call, options, type Schemas } from './api.ts';
import type { Task } from './events.ts';
import type { RequestedOutput } from './requested-output.ts';

/** Files that are sent in one request: they must fit into a form of the service. */
export interface Media {
  /**
   * Media information of a file, of which the service keeps nothing.
   * @param how `loudness` decodes the whole file; `cover` answers the picture as well
   */
  probe(file: Blob, how?: Call & { loudness?: boolean; cover?: boolean }): Promise<Schemas['ProbedFile']>;
  /** Size, work, adaptations and cost of a conversion, which is not made. @param of a file, the id of a task, or media information */
  plan(of: PlannedOriginal, output: RequestedOutput, call?: Call): Promise<Schemas['Plan']>;
  /** Whether a file is the result of a receipt, and what differs. */
  verify(file: Blob, receipt: Schemas['Receipt'], call?: Call): Promise<Schemas['Verification']>;
  /** Makes a picture the front cover of the result: JPEG, PNG, WebP or GIF. The task is converted again. */
  setCover(taskId: number, picture: Blob, call?: Call): Promise<Task>;
  /** Brings the cover of the original back. */
  removeCover(taskId: number, call?: Call): Promise<Task>;
}

/** An original of which a conversion is planned. */
export type PlannedOriginal = Blob | { taskId: number } | { media: Schemas['PlannedMedia'] };

/** Type of a picture that has none; the bytes decide. */
const PICTURE = 'image/jpeg';

/** Node.js keeps every byte of a body that a redirection may ask for again. The service sends none. */
const STREAMED = { redirect: 'error' } as const;

export function createMedia(api: Api): Media {
  const path = '/api/tasks/{id}/cover';
  return {
    probe(audio, { loudness = false, cover = false, ...call } = {}) {
      const query = { loudness: `${loudness}`, cover: `${cover}` } as const;
      const form = new FormData();
      form.append('audio', audio, 'name' in audio ? String(audio.name) : 'audio');
      // The types know a file as text.
      const file = { body: { audio: '' }, bodySerializer: () => form, ...STREAMED };
      return answerOf(api.POST('/api/probe', { params: { query }, ...file, ...options(call) }));
    },
    plan(of, output, call) {
      if (!(of instanceof Blob)) {
        const body = { ...output, ...of };
        return answerOf(api.POST('/api/plan', { body, ...options(call) }));
      }
      const form = new FormData();
      for (const [name, value] of Object.entries(output))
        form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
      form.append('audio', of, 'name' in of ? String(of.name) : 'audio');
      // The types know a file as text, and a form as JSON.
      const file = { body: { ...output, taskId: 0 }, bodySerializer: () => form, ...STREAMED };
      return answerOf(api.POST('/api/plan', { ...file, ...options(call) }));
    },
    verify(audio, receipt, call) {
      const form = new FormData();
      form.append('receipt', JSON.stringify(receipt));
      form.append('audio', audio, 'name' in audio ? String(audio.name) : 'audio');
      // The types know a file as text.
      const file = { body: { receipt, audio: '' }, bodySerializer: () => form, ...STREAMED };
      return answerOf(api.POST('/api/verify', { ...file, ...options(call) }));
    },
    setCover(taskId, picture, call) {
      const headers = { 'Content-Type': picture.type || PICTURE };
      const file = { body: '', bodySerializer: () => picture, headers, ...STREAMED };
      return answerOf(api.PUT(path, { ...file, ...byId(taskId, call) }));
    },
    removeCover: (taskId, call) => answerOf(api.DELETE(path, byId(taskId, call))),
  };
}
