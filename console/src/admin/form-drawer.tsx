import { Alert, Button, Drawer, FocusTrap, Group, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { CheckedForm } from "../ui/checked-form.tsx";

/** Something beside the list that it belongs to. */
export const SideDrawer = ({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) => (
  <Drawer
    opened
    onClose={onClose}
    title={title}
    size={460}
    closeButtonProps={{ "aria-label": "Close" }}
    transitionProps={{ duration: 120 }}
    styles={{ title: { fontWeight: 600, fontSize: 18 } }}
  >
    {children}
  </Drawer>
);

/** A form beside the list that it belongs to. */
export const FormDrawer = ({
  title,
  action,
  busy,
  failure,
  readOnly = false,
  isNew = false,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  action: string;
  busy: boolean;
  failure: string | null;
  readOnly?: boolean;
  /** A new thing begins with its first field. */
  isNew?: boolean;
  onSubmit: (event?: FormEvent<HTMLFormElement>) => void;
  onClose: () => void;
  children: ReactNode;
}) => (
  <SideDrawer title={title} onClose={onClose}>
    {!isNew && <FocusTrap.InitialFocus />}
    <CheckedForm onSubmit={onSubmit}>
      <fieldset disabled={readOnly} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack gap="md">
          {failure !== null && (
            <Alert color="clay" role="alert" variant="light">
              {failure}
            </Alert>
          )}
          {children}
          {!readOnly && (
            <Group justify="flex-end" gap="xs" mt="sm">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={busy}>
                {action}
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </CheckedForm>
  </SideDrawer>
);
