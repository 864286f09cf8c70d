import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { newRequestKey } from "../../api/client.ts";
import { refresh } from "../../api/query.ts";
import type { MovementPreview } from "../../api/types.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { CheckedForm } from "../../ui/checked-form.tsx";
import { placeError } from "../../ui/form-errors.ts";
import { tell } from "../../ui/notify.ts";
import { PreviewView } from "./preview-view.tsx";

/** What was seen, and the key under which it is done once however often it is sent. */
interface Seen {
  readonly preview: MovementPreview;
  readonly requestKey: string;
}

/**
 * Moves points by hand in two steps: a form, then what it would come to, entry by entry; only the second is confirmed. What
 * the server refuses stands at the field that it names, or on top in the server's words.
 */
export const MovementDialog = <Values extends object>({
  title,
  action,
  dangerous = false,
  form,
  fields,
  preview,
  confirm,
  done,
  touched,
  onClose,
  children,
}: {
  title: string;
  /** The verb on the button that does it. */
  action: string;
  dangerous?: boolean;
  form: UseFormReturnType<Values>;
  /** Fields of the form, so that the server's objections find their places. */
  fields: readonly string[];
  /** Asks what it would come to. */
  preview: (values: Values) => Promise<MovementPreview>;
  /** Does it, once per key. */
  confirm: (values: Values, requestKey: string) => Promise<unknown>;
  /** What to say when it was done. */
  done: string;
  /** Members whose pages are read anew. */
  touched: readonly (string | number)[];
  onClose: () => void;
  /** The form's fields. */
  children: ReactNode;
}) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [seen, setSeen] = useState<Seen | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      const placed = placeError(error, fields);
      // The field that is objected to lies behind the preview.
      if (placed.general === null) setSeen(null);
      form.setErrors(placed.fields);
      setFailure(placed.general);
    } finally {
      setBusy(false);
    }
  };
  const look = (values: Values) =>
    attempt(async () => setSeen({ preview: await preview(values), requestKey: newRequestKey() }));
  const act = ({ requestKey }: Seen) =>
    attempt(async () => {
      await confirm(form.values, requestKey);
      await refresh(queryClient, api, ...touched.map((id) => `/customers/${id}`));
      tell(done);
      onClose();
    });

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
              {children}
              <Group justify="flex-end" gap="xs">
                <Button variant="default" onClick={onClose}>
                  Cancel
                </Button>
                <Button type="submit" loading={busy}>
                  Preview
                </Button>
              </Group>
            </Stack>
          </CheckedForm>
        ) : (
          <>
            <PreviewView preview={seen.preview} />
            <Group justify="flex-end" gap="xs">
              <Button
                variant="default"
                disabled={busy}
                onClick={() => {
                  setFailure(null);
                  setSeen(null);
                }}
              >
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
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
};
