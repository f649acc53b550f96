/** Preloaded by a process whose clock goes wrong: an hour ahead, in every reading of the time of day. */
const AHEAD = 3_600_000;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + AHEAD);
    else super(...given);
  }
  static now() {
    return RealDate.now() + AHEAD;
  }
};
