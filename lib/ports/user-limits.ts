/** Limits of one user; 0 is no limit but for the size and the duration. */
export interface Limits {
  /** Requests in a minute. */
  requests: number;
  /** Tasks whose original has not come. */
  openUploads: number;
  /** Tasks that wait for their conversion. */
  waitingTasks: number;
  /** Tasks that are converted at one time. */
  runningTasks: number;
  /** Bytes of originals and results. */
  storedBytes: number;
  /** Minutes of audio that are converted within a day. */
  audioMinutes: number;
  /** Largest original in bytes. */
  uploadBytes: number;
  /** Longest original in seconds. */
  durationSeconds: number;
  /** Days for which files are kept after a conversion, in a service that removes files; 0: they are kept. */
  retentionDays: number;
  /** Names of the output formats that are allowed; null: all. */
  formats: readonly string[] | null;
}

/** Limits that replace those of the service; the others are inherited. */
export type LimitOverrides = { [Name in keyof Limits]?: Limits[Name] | undefined };

/** A group of users with limits of its own. */
export interface Group {
  id: number;
  name: string;
  limits: LimitOverrides;
  createdAt: Date;
}

export interface UserLimitStore {
  /** The group of a user, and the limits that replace those of the group. */
  find(userId: number): Promise<{ group: Group | undefined; limits: LimitOverrides }>;
  /**
   * Sets what is not undefined; a null takes the user out of the group. False if the group does not exist.
   */
  change(
    userId: number,
    change: { groupId?: number | null | undefined; limits?: LimitOverrides | undefined },
  ): Promise<boolean>;
}

export interface GroupStore {
  /** Undefined if there are `most` groups. Throws `taken` if the name is in use. */
  add(group: Pick<Group, 'name' | 'limits'>, most: number): Promise<Group | undefined>;
  /** The groups with the number of their users, by name. */
  list(): Promise<(Group & { users: number })[]>;
  /** Sets what is not undefined; undefined if the group does not exist. Throws `taken`. */
  change(
    id: number,
    change: { name?: string | undefined; limits?: LimitOverrides | undefined },
  ): Promise<Group | undefined>;
  /** Removes a group, whose users then have no group; undefined if it does not exist. */
  remove(id: number): Promise<Group | undefined>;
}
