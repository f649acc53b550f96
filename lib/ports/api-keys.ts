/** Rights of an API key. A session has all of them. */
export const SCOPES = ['tasks:read', 'tasks:write', 'account', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** An API key without its text. */
export interface ApiKey {
  id: number;
  userId: number;
  /** Given by the user. */
  name: string;
  scopes: readonly Scope[];
  createdAt: Date;
  /** Null: never. */
  expiresAt: Date | null;
  /** To a minute; null if it was never used. */
  lastUsedAt: Date | null;
}

export interface NewApiKey extends Pick<ApiKey, 'userId' | 'name' | 'scopes' | 'expiresAt'> {
  /** SHA-256 of the text, so that a stolen table gives no access. */
  hash: string;
  /** Id of the request with an Idempotency-Key that makes the key; see `Creation`. */
  requestId?: string | undefined;
}

export interface ApiKeyStore {
  /**
   * Replaces a key that an earlier attempt of the same request made, since nobody has its text.
   * @returns undefined if the user has `most` keys
   */
  add(key: NewApiKey, most: number): Promise<ApiKey | undefined>;
  /** The keys of a user, by id. */
  list(userId: number): Promise<ApiKey[]>;
  /** The key with this hash, the email of its user, and whether the user is suspended. */
  find(hash: string): Promise<{ key: ApiKey; email: string; isSuspended: boolean } | undefined>;
  /** Records a use. */
  touch(id: number, at: Date): Promise<void>;
  /** Removes a key, and returns it; undefined if the user has no such key. */
  remove(userId: number, id: number): Promise<ApiKey | undefined>;
}
