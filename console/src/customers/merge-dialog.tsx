import { Alert, Button, Group, Modal, Stack, Text, Textarea, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/errors.ts";
import { refresh } from "../api/query.ts";
import type { Customer, CustomerSummary, MergePreview } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { counted } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";
import { tell } from "../ui/notify.ts";
import { SearchBox } from "../ui/search-box.tsx";
import { ErrorState, messageOf } from "../ui/states.tsx";
import { MergeComparison } from "./merge-comparison.tsx";
import classes from "./merge-dialog.module.css";
import { identifierText, memberName } from "./names.ts";
import { customersQuery, mergePreviewQuery } from "./queries.ts";

/** Finds the other, shows both side by side and what the merge comes to, and makes it. */
export const MergeDialog = ({ customer, onClose }: { customer: Customer; onClose: () => void }) => {
  const [other, setOther] = useState<CustomerSummary | null>(null);
  const small = useMediaQuery("(max-width: 48em)") ?? false;
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Merge ${memberName(customer)} with another customer`}
      size={840}
      fullScreen={small}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {other === null ? (
        <OtherFinder customer={customer} onChoose={setOther} />
      ) : (
        <MergeForm customer={customer} other={other} onBack={() => setOther(null)} onClose={onClose} />
      )}
    </Modal>
  );
};

const MOST_FOUND = 8;

const OtherFinder = ({
  customer,
  onChoose,
}: {
  customer: Customer;
  onChoose: (other: CustomerSummary) => void;
}) => {
  const { api } = useOrganisation();
  const [q, setQ] = useState("");
  const { data, error, isPlaceholderData } = useQuery({
    ...customersQuery(api, { q }),
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
  const found =
    q === "" ? [] : (data?.items ?? []).filter(({ id }) => id !== customer.id).slice(0, MOST_FOUND);
  return (
    <Stack gap="md">
      <Text size="sm">
        Two records of one person become one. Find the other; which of the two stays is chosen in the next
        step.
      </Text>
      <SearchBox label="Name, phone, e-mail or external id" value={q} onSearch={setQ} data-autofocus />
      {error !== null && <ErrorState error={error} />}
      <Stack gap={4} {...(isPlaceholderData ? { "data-stale": true } : {})}>
        {found.map((item) => (
          <UnstyledButton key={item.id} className={classes.found!} onClick={() => onChoose(item)}>
            <Text size="sm" fw={500}>
              {item.name || `Member ${item.id}`}
            </Text>
            <Text size="sm" c="dimmed">
              {summaryText(item)}
            </Text>
          </UnstyledButton>
        ))}
      </Stack>
      {q !== "" && data !== undefined && !isPlaceholderData && found.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody else matches.
        </Text>
      )}
    </Stack>
  );
};

const summaryText = ({ id, mobile, email, externalId }: CustomerSummary): string =>
  [mobile && identifierText("mobile", mobile), email, externalId, `id ${id}`].filter(Boolean).join(" · ");

const MergeForm = ({
  customer,
  other,
  onBack,
  onClose,
}: {
  customer: Customer;
  other: CustomerSummary;
  onBack: () => void;
  onClose: () => void;
}) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [survivorId, setSurvivorId] = useState(customer.id);
  const [reason, setReason] = useState("");
  const [objection, setObjection] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const victimId = survivorId === customer.id ? other.id : customer.id;
  const { data, error, refetch } = useQuery(mergePreviewQuery(api, survivorId, victimId));

  const merge = async () => {
    if (reason.trim() === "") {
      setObjection("Say why, for the audit trail.");
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await api.post("/api/customers/{id}/merges", {
        params: { id: survivorId },
        body: {
          victimId,
          reason: reason.trim(),
          // The server refuses to merge what is not as it was shown.
          ...(data === undefined ? {} : { previewVersion: data.version }),
        },
      });
      // Closed first: the preview of what was done is not to be asked for again.
      onClose();
      await refresh(queryClient, api, "/customers", "/transactions");
      tell("The two are one member now.");
      if (survivorId !== customer.id)
        await navigate({
          from: "/$org",
          to: "/$org/members/$memberId",
          params: { memberId: String(survivorId) },
          replace: true,
        });
    } catch (cause) {
      setFailure(messageOf(cause));
      if (cause instanceof ApiError && cause.code === "customers.merge_changed") await refetch();
    } finally {
      setBusy(false);
    }
  };

  if (error !== null && data === undefined)
    return (
      <Stack gap="md">
        <ErrorState error={error} onRetry={() => void refetch()} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            Choose another
          </Button>
        </Group>
      </Stack>
    );
  return (
    <Stack gap="md">
      <MergeComparison
        people={[customer.id, other.id]}
        survivorId={survivorId}
        onChoose={setSurvivorId}
        preview={data}
      />
      {data !== undefined && <Consequences preview={data} />}
      <Textarea
        label="Reason"
        description="Kept in the audit trail of both"
        required
        autosize
        minRows={2}
        maxLength={500}
        value={reason}
        error={objection}
        onChange={({ currentTarget }) => {
          setReason(currentTarget.value);
          setObjection(null);
        }}
      />
      {failure !== null && (
        <Alert color="clay" role="alert" variant="light">
          {failure}
        </Alert>
      )}
      <Group justify="space-between" gap="xs">
        <Button variant="subtle" onClick={onBack}>
          Choose another
        </Button>
        <Group gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="clay" loading={busy} disabled={data === undefined} onClick={() => void merge()}>
            {data === undefined ? "Merge" : `Merge into ${nameOf(data.survivor)}`}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
};

const nameOf = ({ id, name }: MergePreview["survivor"]): string => name || `Member ${id}`;

/** In words what will happen, to whom, and whether it can be taken back. */
const Consequences = ({ preview }: { preview: MergePreview }) => {
  const format = useFormat();
  const { survivor, victim, accounts, identifiers, entries, releasedHolds } = preview;
  const points = accounts
    .filter(({ currencyId, victim: held }) => currencyId === 0 && held !== 0)
    .reduce((sum, { victim: held }) => sum + held, 0);
  const lots = entries.filter(({ opensLot }) => opensLot).length;
  return (
    <Alert color="gold" variant="light" title="What will happen">
      <Text size="sm">
        {nameOf(victim)} (id {victim.id}) becomes part of {nameOf(survivor)} (id {survivor.id}):{" "}
        {identifiers.length} {counted(identifiers.length, "identifier")}, all profiles and purchases,
        {points === 0
          ? " no points,"
          : ` ${format.points(points)} ${counted(points, "point")} in ${lots} ${counted(lots, "lot")} with the expiry they have,`}{" "}
        and the higher tier. Whoever looks up {nameOf(victim)} finds {nameOf(survivor)}.
        {releasedHolds > 0 && ` Holds of ${format.points(releasedHolds)} points are released.`} It can be
        undone until points of either move again.
      </Text>
    </Alert>
  );
};
