import type { FormEvent, ReactNode } from "react";

/**
 * A form whose fields say themselves what is wrong with them, in place of the browser's bubble: a submission that some field
 * objects to leads to the first of those.
 */
export const CheckedForm = ({
  onSubmit,
  children,
}: {
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  children: ReactNode;
}) => (
  <form
    noValidate
    onSubmit={(event) => {
      const form = event.currentTarget;
      onSubmit(event);
      // The objections are drawn by then.
      requestAnimationFrame(() => showFirstInvalid(form));
    }}
  >
    {children}
  </form>
);

const showFirstInvalid = (form: HTMLFormElement) => {
  const field = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  field?.focus({ preventScroll: true });
  field?.scrollIntoView({ block: "center" });
};
