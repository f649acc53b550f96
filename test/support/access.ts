import type { Scope } from '../../lib/ports/api-keys.ts';

/** Right that a route asks for. */
export interface Access {
  /** `nothing`: anyone; a scope: an access token or an API key; `service`: its credential; `upload`: the token of its URL. */
  needs: 'nothing' | Scope | 'service' | 'upload';
  /** Whether a ticket for the path is enough. */
  ticket?: true;
  /** JSON that the route takes. */
  json?: Readonly<Record<string, unknown>>;
  /** Another body than JSON. */
  body?: 'form' | 'cover' | 'original';
  /** Query of the request. */
  query?: string;
  /** Status of the owner's request, if it is not 200. */
  owner?: number;
}

const READ = { needs: 'tasks:read' } as const;
const WRITE = { needs: 'tasks:write' } as const;
const ACCOUNT = { needs: 'account' } as const;
const ADMIN = { needs: 'admin', owner: 404 } as const;
const ANYONE = { needs: 'nothing' } as const;
const FILE = { ...READ, ticket: true } as const;

/** Text in everything that the owner has, so that an answer to anybody else can be searched for it. */
export const MARK = 'only-of-the-owner';

const OUTPUT = { newFormat: 'flac' };
const ADDRESS = { url: 'https://example.com/', events: ['task.failed'] };

/**
 * Every operation of the OpenAPI document. The owner's requests are sent in this order, those that remove something
 * at the end. Names in braces are replaced by ids of the owner's objects.
 */
export const ACCESS: Readonly<Record<string, Access>> = {
  'post /api/auth/signup': { ...ANYONE, json: {}, owner: 400 },
  'post /api/auth/login': { ...ANYONE, json: {}, owner: 400 },
  'get /api/auth/restore': ANYONE,
  'post /api/auth/restore': { ...ANYONE, owner: 415 },
  'post /api/auth/guest': ANYONE,
  'post /api/auth/refresh': { ...ANYONE, json: { refreshToken: 'x' }, owner: 401 },
  'post /api/auth/logout': { ...ANYONE, json: { refreshToken: 'x' } },
  'get /.well-known/jwks.json': ANYONE,
  'post /api/auth/remote': { ...ANYONE, owner: 404 },
  'get /api/admin/users': ADMIN,
  'get /api/admin/users/{id}': ADMIN,
  'patch /api/admin/users/{id}': { ...ADMIN, json: { suspended: true } },
  'get /api/admin/groups': ADMIN,
  'post /api/admin/groups': { ...ADMIN, json: { name: MARK } },
  'patch /api/admin/groups/{id}': { ...ADMIN, json: { name: MARK } },
  'delete /api/admin/groups/{id}': ADMIN,
  'get /api/admin/invitations': ADMIN,
  'post /api/admin/invitations': { ...ADMIN, json: {} },
  'delete /api/admin/invitations/{id}': ADMIN,
  'get /api/admin/queue': ADMIN,
  'get /api/admin/failures': ADMIN,
  'get /api/formats': ANYONE,
  'get /health': ANYONE,
  'get /ready': ANYONE,
  'get /metrics': { needs: 'service' },
  'get /api/account': ACCOUNT,
  'post /api/auth/keys': { ...ACCOUNT, json: { name: MARK, scopes: ['tasks:read'] } },
  'get /api/auth/keys': ACCOUNT,
  'post /api/presets': { ...WRITE, json: { name: `${MARK} 2`, format: 'mp3' } },
  'get /api/presets': READ,
  'get /api/presets/{id}': READ,
  'put /api/presets/{id}': { ...WRITE, json: { name: `${MARK} 3`, format: 'mp3' } },
  'post /api/webhooks': { ...WRITE, json: ADDRESS },
  'get /api/webhooks': READ,
  'get /api/webhooks/{id}': READ,
  'patch /api/webhooks/{id}': { ...WRITE, json: { events: ['task.failed'] } },
  'post /api/webhooks/{id}/secret': { ...WRITE, json: {} },
  'post /api/webhooks/{id}/test': WRITE,
  'get /api/webhooks/{id}/deliveries': READ,
  'post /api/webhooks/{id}/deliveries/{deliveryId}/replay': WRITE,
  'post /api/batches': { ...WRITE, json: { name: MARK, tasks: [{ filename: 'a.wav', ...OUTPUT }] } },
  'post /api/batches/{id}/join': { ...WRITE, json: OUTPUT, owner: 409 },
  'get /api/batches': READ,
  'get /api/batches/{id}': READ,
  'get /api/batches/{id}/events': READ,
  'get /api/batches/{id}/results.zip': { ...FILE, owner: 409 },
  'post /api/probe': { ...WRITE, body: 'form' },
  'post /api/plan': { ...WRITE, body: 'form' },
  'post /api/verify': { ...WRITE, body: 'form', owner: 400 },
  'post /api/convert': { ...WRITE, body: 'form' },
  'post /api/tasks': { ...WRITE, body: 'form' },
  'get /api/tasks': READ,
  'get /api/tasks/{id}': READ,
  'get /api/tasks/{id}/events': READ,
  'get /api/events': READ,
  'post /api/tickets': { ...READ, json: { path: '/api/tasks/1/result' } },
  'get /api/tasks/{id}/original': FILE,
  'get /api/tasks/{id}/result': FILE,
  'get /api/download/{id}': FILE,
  'get /api/tasks/{id}/results': READ,
  'get /api/tasks/{id}/results/{number}': FILE,
  'get /api/tasks/{id}/results.zip': FILE,
  'get /api/tasks/results.zip': { ...FILE, query: 'ids={task}' },
  'get /api/tasks/{id}/waveform': READ,
  'get /api/tasks/{id}/loudness': READ,
  'get /api/tasks/{id}/spectrogram': READ,
  'get /api/tasks/{id}/chapters': READ,
  'post /api/tasks/{id}/processed': { needs: 'service', owner: 409 },
  'put /api/tasks/{id}/cover': { ...WRITE, body: 'cover' },
  'get /api/tasks/{id}/cover': { ...READ, query: 'of=result' },
  'delete /api/tasks/{id}/cover': WRITE,
  'patch /api/tasks/{id}': { ...WRITE, json: { expiresAt: '2027-03-01T00:00:00Z' } },
  'put /api/tasks/{id}': { ...WRITE, json: OUTPUT },
  'put /api/uploads/{id}': { needs: 'upload', body: 'original' },
  'delete /api/uploads/{id}': { needs: 'upload', owner: 410 },
  'delete /api/auth/keys/{id}': ACCOUNT,
  'delete /api/presets/{id}': WRITE,
  'delete /api/webhooks/{id}': WRITE,
  'delete /api/batches/{id}': WRITE,
  'delete /api/tasks/{id}': WRITE,
  'patch /api/account': { ...ACCOUNT, json: { password: 'correct horse', user: MARK } },
  'delete /api/account': { ...ACCOUNT, json: { password: 'correct horse' } },
};
