/** The only source of the present. Tests and the simulator pass their own. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still until it is moved: for tests. */
export const fixedClock = (
  start: Date,
): Clock & { set(to: Date): void; advance(milliseconds: number): void } => {
  let current = start.getTime();
  return {
    now: () => new Date(current),
    set: (to) => {
      current = to.getTime();
    },
    advance: (milliseconds) => {
      current += milliseconds;
    },
  };
};
