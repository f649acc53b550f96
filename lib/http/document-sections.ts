/** Sections of the API's pages, in their order, with the paths in each. A path belongs to the first that fits. */
const SECTIONS: readonly { name: string; description: string; paths: RegExp }[] = [
  {
    name: 'Conversions',
    description: 'Convert a file in one request, or describe it.',
    paths: /^\/api\/(?:convert|probe|plan|verify|formats)$/,
  },
  {
    name: 'Tasks',
    description: 'Create, list and change tasks, and send their originals.',
    paths: /^\/api\/(?:tasks(?:\/\{id\}(?:\/cover)?)?|uploads\/\{id\})$/,
  },
  {
    name: 'Events',
    description: 'Changes of tasks and batches, as they happen.',
    paths: /^\/api\/.*events$/,
  },
  { name: 'Batches', description: 'Many files at once.', paths: /^\/api\/batches/ },
  {
    name: 'Files',
    description: 'Originals, results, waveforms, spectrograms, loudness and chapters.',
    paths:
      /^\/api\/(?:download|tickets$|tasks\/.*(?:original|result|results(?:\.zip|\/\{number\})?|waveform|spectrogram|loudness|chapters)$)/,
  },
  {
    name: 'Webhooks',
    description: 'Addresses that receive events, by Standard Webhooks.',
    paths: /^\/api\/webhooks/,
  },
  { name: 'Presets', description: 'Formats with options under a name.', paths: /^\/api\/presets/ },
  {
    name: 'Accounts',
    description: 'Users, sessions and API keys.',
    paths: /^\/api\/(?:auth|account)/,
  },
  {
    name: 'Administration',
    description: 'Users, groups, invitations and the queue, for administrators.',
    paths: /^\/api\/admin/,
  },
  { name: 'Operation', description: 'Routes for operators and workers.', paths: /^\// },
];

/** Names and descriptions of all sections, as the tags of the document. */
export const SECTION_TAGS = SECTIONS.map(({ name, description }) => ({ name, description }));

/** The section of a path of the document, such as `/api/tasks/{id}`. */
export function sectionOf(path: string): string {
  return SECTIONS.find(({ paths }) => paths.test(path))?.name ?? 'Operation';
}
