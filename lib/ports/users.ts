export interface User {
  id: number;
  name: string;
  email: string;
  passwordHash: string;
}

export interface UserStore {
  /** Throws `taken` where name or email is in use. */
  create(user: Omit<User, 'id'>): Promise<User>;
  findByEmail(email: string): Promise<User | undefined>;
  find(id: number): Promise<User | undefined>;
  /** Whether a user with this id is there now; cheap enough to be asked before every request. */
  exists(id: number): Promise<boolean>;
}

export interface RefreshToken {
  /** SHA-256 of the token, so that a stolen table opens nothing. */
  hash: string;
  /** All tokens that came of one log-in. */
  family: string;
  userId: number;
  expiresAt: Date;
}

export interface RefreshTokenStore {
  add(token: RefreshToken): Promise<void>;
  /** Marks a token as used and answers it; `reused` where it was used before; undefined where it is unknown or expired. */
  use(hash: string): Promise<{ token: RefreshToken; reused: boolean } | undefined>;
  revokeFamily(family: string): Promise<void>;
}
