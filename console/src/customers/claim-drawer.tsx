import { Alert, Button, Drawer, Group, Skeleton, Stack, Text, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Answer, ApiClient } from "../api/client.ts";
import type { ApiError } from "../api/errors.ts";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Points } from "../ui/amounts.tsx";
import { tell } from "../ui/notify.ts";
import { ErrorState } from "../ui/states.tsx";

/** A drawer in which a bill is claimed: whose or which is chosen above, what it comes to is told below before it is done. */
export const ClaimDrawer = ({
  title,
  transactionId,
  customerId,
  onClose,
  onDone,
  children,
}: {
  title: string;
  /** Null until one is chosen. */
  transactionId: number | null;
  customerId: number | null;
  onClose: () => void;
  onDone: (id: number) => void;
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
    <Stack gap="md">
      {children}
      {transactionId !== null && customerId !== null && (
        <Confirmation
          key={`${transactionId} ${customerId}`}
          transactionId={transactionId}
          customerId={customerId}
          onClose={onClose}
          onDone={onDone}
        />
      )}
    </Stack>
  </Drawer>
);

const previewQuery = (api: ApiClient, transactionId: number, customerId: number) => ({
  queryKey: [api.orgId, "claim preview", transactionId, customerId],
  queryFn: () =>
    api.post("/api/transactions/{id}/claim/preview", { params: { id: transactionId }, body: { customerId } }),
  retry: false,
  staleTime: 0,
});

const Confirmation = ({
  transactionId,
  customerId,
  onClose,
  onDone,
}: {
  transactionId: number;
  customerId: number;
  onClose: () => void;
  onDone: (id: number) => void;
}) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const preview = useQuery<Answer<"/api/transactions/{id}/claim/preview", "post">, ApiError>(
    previewQuery(api, transactionId, customerId),
  );
  if (preview.error !== null) return <ErrorState error={preview.error} />;
  if (preview.data === undefined) return <Skeleton h={90} radius="md" />;
  const { points, why } = preview.data;
  const claim = async () => {
    setBusy(true);
    setError(null);
    try {
      const { id } = await api.post("/api/transactions/{id}/claim", {
        params: { id: transactionId },
        body: { customerId, ...(note.trim() === "" ? {} : { note: note.trim() }) },
      });
      await refresh(queryClient, api, "/customers", "/transactions");
      tell("The bill is claimed.");
      onDone(id);
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  };
  return (
    <>
      <Alert color="pine" variant="light" title={<Points value={points} signed unit />}>
        <Text size="sm">{why?.outcome ?? "No program decides this bill."}</Text>
        <Text size="sm" mt={4}>
          The bill counts as of its own date, by the rules and the tier of then. A claim cannot be undone
          here.
        </Text>
      </Alert>
      <Textarea
        label="Note"
        description="Kept with the bill, such as which receipt was shown"
        value={note}
        maxLength={2000}
        autosize
        minRows={2}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {error !== null && <ErrorState error={error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={busy} onClick={() => void claim()}>
          Claim the bill
        </Button>
      </Group>
    </>
  );
};
