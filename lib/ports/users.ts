export interface User {
  id: number;
  name: string;
  /** Empty for a guest. */
  email: string;
  passwordHash: string;
  /** Counts how often the sessions of the user were ended. */
  epoch: number;
  createdAt: Date;
  isSuspended: boolean;
  /** Whether the email is proven to belong to the user: by an invitation for it, or by a trusted proxy. */
  isProven: boolean;
}

/** A user to be. */
export interface NewUser extends Pick<User, 'name' | 'email' | 'passwordHash'> {
  /** Whether the email is proven otherwise than by the invitation. */
  isProven?: boolean;
  /** Hash of an invitation that this user uses up. */
  invitation?: string | undefined;
}

/** Whether a user has no email and no password, and so cannot log in. */
export function isGuest({ email }: Pick<User, 'email'>): boolean {
  return email === '';
}

export interface UserStore {
  /**
   * Uses up the invitation, if there is one, and puts the user into its group; it proves the email that it names. Throws
   * `taken` if the name or the email is in use, and `sign_up_refused` if the invitation cannot be used any more.
   */
  create(user: NewUser): Promise<User>;
  /** Throws the same without writing; another request may still take the name before `create`. */
  checkFree(user: Pick<User, 'name' | 'email'>): Promise<void>;
  findByEmail(email: string): Promise<User | undefined>;
  find(id: number): Promise<User | undefined>;
  /** Whether a user with this id exists and is not suspended; cheap enough for every request. */
  exists(id: number): Promise<boolean>;
  /**
   * Sets what is not undefined. A new password ends all sessions: it raises the epoch, and removes all refresh tokens.
   * Undefined, and nothing is written, if the user does not exist or no longer has this password. Throws `taken` if another user has the name or the email.
   */
  change(
    user: Pick<User, 'id' | 'passwordHash'>,
    changes: { name: string | undefined; email: string | undefined; passwordHash: string | undefined },
  ): Promise<User | undefined>;
  /** Notes that the email is proven to belong to its user; false if no user has it. */
  prove(email: string): Promise<boolean>;
  /** Removes the user with everything that belongs to the user. */
  remove(id: number): Promise<void>;
  /** Epochs of the users who ended their sessions within these seconds. */
  endedSessions(seconds: number): Promise<ReadonlyMap<number, number>>;
}

export interface RefreshToken {
  /** SHA-256 of the token, so that a stolen table gives no access. */
  hash: string;
  /** Identifies all tokens of one login. */
  family: string;
  userId: number;
  expiresAt: Date;
}

/** A refresh token as it is stored. `used` is undefined until its successor replaces it. */
export interface StoredRefreshToken extends RefreshToken {
  used: RefreshTokenUse | undefined;
}

export interface RefreshTokenUse {
  at: Date;
  /** Random; with the used token itself, it yields the successor. */
  salt: string;
}

/** One family while it is locked: no other transaction reads or changes it. */
export interface LockedFamily {
  find(hash: string): Promise<StoredRefreshToken | undefined>;
  /** Marks a token as used, and adds its successor. */
  replace(hash: string, use: RefreshTokenUse, successor: RefreshToken): Promise<void>;
  /** Removes every token of the family. */
  revoke(): Promise<void>;
}

export interface RefreshTokenStore {
  /** Adds the first token of a family. */
  add(token: RefreshToken): Promise<void>;
  /**
   * Runs `work` in one transaction that holds the lock of the family to which the token belongs; an error of `work`
   * undoes what it did. Undefined if no token has this hash.
   */
  withFamily<T>(hash: string, work: (family: LockedFamily) => Promise<T>): Promise<T | undefined>;
}
