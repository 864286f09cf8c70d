import { Button, Divider, Group, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { TillCredentials as Credentials, Entity } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { tell } from "../ui/notify.ts";
import { SecretBox } from "./secret-box.tsx";

/** Gives a till a password, or takes it away. */
export const TillCredentials = ({ till }: { till: Entity }) => {
  const { api, may } = useOrganisation();
  const queryClient = useQueryClient();
  const [made, setMade] = useState<Credentials | null>(null);
  const [replacing, replace] = useDisclosure(false);
  const [removing, remove] = useDisclosure(false);
  if (!may("User:write")) return null;
  const create = async () => {
    setMade(await api.post("/api/tills/{id}/credentials", { params: { id: till.id }, body: {} }));
    await refresh(queryClient, api, "/entities");
  };
  const revoke = async () => {
    await api.delete("/api/tills/{id}/credentials", { params: { id: till.id } });
    setMade(null);
    await refresh(queryClient, api, "/entities");
    tell("The till cannot sign in any more.");
  };
  const has = till.hasCredentials === true;
  return (
    <Stack gap="sm">
      <Divider mt="xs" />
      <Title order={3}>Sign-in</Title>
      {made ? (
        <>
          <SecretBox
            values={[
              { label: "Till code", value: made.code },
              { label: "Password", value: made.password },
            ]}
          />
          <Text size="sm" c="dimmed">
            Tills sign in by HTTP Basic: the till code as the user name, and as the password not the password
            itself but its MD5 digest in lower-case hexadecimal.
          </Text>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {has
            ? "The till has a password. Only its digest is kept, so it cannot be shown."
            : "The till has no password yet."}
        </Text>
      )}
      <Group gap="xs">
        <Button variant="default" size="xs" onClick={replace.open}>
          {has ? "New password…" : "Create a password…"}
        </Button>
        {has && (
          <Button variant="subtle" color="clay" size="xs" onClick={remove.open}>
            Take it away…
          </Button>
        )}
      </Group>
      <ConfirmDialog
        opened={replacing}
        onClose={replace.close}
        onConfirm={create}
        title={has ? "Replace the password?" : "Create a password?"}
        action={has ? "Replace the password" : "Create the password"}
      >
        {has
          ? `The till ${till.code} is refused at once until the new password is entered there.`
          : `The till ${till.code} can send purchases and look up members with it.`}
      </ConfirmDialog>
      <ConfirmDialog
        opened={removing}
        onClose={remove.close}
        onConfirm={revoke}
        title="Take the password away?"
        action="Take it away"
        dangerous
      >
        The till {till.code} is refused at once, in the middle of a purchase too. You can give it a new
        password at any time.
      </ConfirmDialog>
    </Stack>
  );
};
