import { defineErrors } from "#platform";

export const errors = defineErrors("expressions", {
  bad_tree: { number: 75001, http: 400, message: "{path} {problem}" },
  bad_event_attribute: {
    number: 75002,
    http: 400,
    message: "eventAttributes[{index}].name must be a name such as amount_paid; {name} is not.",
  },
});
