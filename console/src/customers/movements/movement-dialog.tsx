import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { type FormRulesRecord, type UseFormReturnType, useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { newRequestKey } from "../../api/client.ts";
import { refresh } from "../../api/query.ts";
import type { MovementPreview } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { CheckedForm } from "../../ui/checked-form.tsx";
import { placeError } from "../../ui/form-errors.ts";
import { tell } from "../../ui/notify.ts";
import type { MovementCalls } from "./movement-calls.ts";
import { PreviewView } from "./preview-view.tsx";

export interface MovementDialogProps<Values extends object> {
  readonly title: string;
  /** The verb on the button that does it. */
  readonly action: string;
  readonly dangerous?: boolean;
  /** The form's fields, as they are at first. */
  readonly initial: Values;
  readonly check: FormRulesRecord<Values>;
  /** What the form asks the server for. */
  readonly body: (values: Values) => object;
  readonly calls: MovementCalls;
  /** What to say when it was done. */
  readonly done: string;
  /** Members whose pages are read anew. */
  readonly touches: (values: Values) => readonly (string | number)[];
  readonly onClose: () => void;
  /** Draws the form's fields. */
  readonly children: (form: UseFormReturnType<Values>) => ReactNode;
}

/** What was seen, and the key under which it is done once however often it is sent. */
interface Seen {
  readonly preview: MovementPreview;
  readonly requestKey: string;
}

/**
 * Moves points by hand in two steps: a form, then what it would come to, entry by entry; only the second is confirmed. What
 * the server refuses stands at the field that it names, or on top in the server's words.
 */
export const MovementDialog = <Values extends object>(props: MovementDialogProps<Values>) => {
  const { title, action, dangerous = false, onClose } = props;
  const { form, seen, busy, failure, look, act, back } = useMovement(props);
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ "aria-label": "Close" }}>
      <Stack gap="md">
        {failure !== null && (
          <Alert color="clay" role="alert" variant="light">
            {failure}
          </Alert>
        )}
        {seen === null ? (
          <CheckedForm onSubmit={form.onSubmit((values) => void look(values))}>
            <Stack gap="md">
              {props.children(form)}
              <Buttons>
                <Button variant="default" onClick={onClose}>
                  Cancel
                </Button>
                <Button type="submit" loading={busy}>
                  Preview
                </Button>
              </Buttons>
            </Stack>
          </CheckedForm>
        ) : (
          <>
            <PreviewView preview={seen.preview} />
            <Buttons>
              <Button variant="default" disabled={busy} onClick={back}>
                Back
              </Button>
              <Button
                color={dangerous ? "clay" : "pine"}
                loading={busy}
                onClick={() => void act(seen)}
                data-autofocus
              >
                {action}
              </Button>
            </Buttons>
          </>
        )}
      </Stack>
    </Modal>
  );
};

const Buttons = ({ children }: { children: ReactNode }) => (
  <Group justify="flex-end" gap="xs">
    {children}
  </Group>
);

/** The two steps of a movement, and what is to be said about them. */
const useMovement = <Values extends object>({
  initial,
  check,
  body,
  calls,
  done,
  touches,
  onClose,
}: MovementDialogProps<Values>) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const form = useForm<Values>({ initialValues: initial, validate: check });
  const [seen, setSeen] = useState<Seen | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      const placed = placeError(error, Object.keys(initial));
      // The field that is objected to lies behind the preview.
      if (placed.general === null) setSeen(null);
      form.setErrors(placed.fields);
      setFailure(placed.general);
    } finally {
      setBusy(false);
    }
  };
  return {
    form,
    seen,
    busy,
    failure,
    look: (values: Values) =>
      attempt(async () =>
        setSeen({ preview: await calls.preview(body(values)), requestKey: newRequestKey() }),
      ),
    act: ({ requestKey }: Seen) =>
      attempt(async () => {
        await calls.confirm(body(form.values), requestKey);
        await refresh(queryClient, api, ...touches(form.values).map((id) => `/customers/${id}`));
        tell(done);
        onClose();
      }),
    back: () => {
      setFailure(null);
      setSeen(null);
    },
  };
};
