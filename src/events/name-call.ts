import type { NewEvent } from "./schema.ts";

/** Says in the events from `first` on which call they come of, by the id that its caller is answered with. */
export const nameCall = (events: NewEvent[], first: number, requestId: string | undefined): void => {
  if (requestId === undefined) return;
  for (let index = first; index < events.length; index++) events[index] = { ...events[index]!, requestId };
};
