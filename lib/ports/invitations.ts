/** The right to sign up once, without its text. */
export interface Invitation {
  id: number;
  /** The only address that may use it; null: any. */
  email: string | null;
  /** Group of the new user. */
  groupId: number | null;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

export interface NewInvitation extends Pick<Invitation, 'email' | 'groupId' | 'expiresAt'> {
  /** SHA-256 of the text, so that a stolen table gives no access. */
  hash: string;
}

export interface InvitationStore {
  /** Undefined if the group does not exist, or if `most` invitations are kept. */
  add(invitation: NewInvitation, most: number): Promise<Invitation | undefined>;
  /** The invitations that can be used, and the last that were used, the newest first. */
  list(limit: number): Promise<Invitation[]>;
  /** An invitation that can be used now by this address. */
  find(hash: string, email: string): Promise<Invitation | undefined>;
  /** Removes an invitation; undefined if it does not exist. */
  remove(id: number): Promise<Invitation | undefined>;
}
