import { defineErrors } from "#platform";

/** Ours alone: the dialect knows no mailbox. */
export const errors = defineErrors("messages", {
  bad_cursor: { number: 400, http: 400, message: "after is not the `next` of a page of this list." },
});
