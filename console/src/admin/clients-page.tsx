import { Button, Card, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconApi, IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { Client, NewClient } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { required } from "../ui/form-errors.ts";
import { counted } from "../ui/format.ts";
import { ListFooter } from "../ui/list-footer.tsx";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { EntityPicker } from "./entity-picker.tsx";
import { FormDrawer, SideDrawer } from "./form-drawer.tsx";
import { clientsQuery, PAGE_SIZE } from "./queries.ts";
import { SecretBox } from "./secret-box.tsx";
import { useSave } from "./use-save.ts";

const route = getRouteApi("/$org/admin/clients");

const lifeText = (seconds: number): string =>
  seconds % 60 === 0 ? `${seconds / 60} ${counted(seconds / 60, "minute")}` : `${seconds} seconds`;

const columnsOf = (revoke: ((client: Client) => void) | null): Column<Client>[] => [
  {
    header: "Client",
    leads: true,
    cell: ({ name }) => (
      <Text inherit fw={500}>
        {name}
      </Text>
    ),
  },
  { header: "Key", cell: ({ key }) => <CopyText value={key} label="key" mono size="sm" /> },
  { header: "Acts as till", cell: ({ tillCode }) => tillCode },
  { header: "Tokens live", wideOnly: true, cell: ({ ttlSeconds }) => lifeText(ttlSeconds) },
  { header: "Made", wideOnly: true, cell: ({ createdAt }) => <DateTime value={createdAt} show="date" /> },
  {
    header: "State",
    cell: ({ isActive }) => (
      <StatusBadge tone={isActive ? "good" : "quiet"}>{isActive ? "Active" : "Revoked"}</StatusBadge>
    ),
  },
  ...(revoke
    ? [
        {
          header: "Access",
          align: "right" as const,
          cell: (client: Client) =>
            client.isActive && (
              <Button size="compact-sm" variant="subtle" color="clay" onClick={() => revoke(client)}>
                Revoke…
              </Button>
            ),
        },
      ]
    : []),
];

/** Programs that speak to the API for the organisation. */
export const ClientsPage = () => {
  const { api, may } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const queryClient = useQueryClient();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...clientsQuery(api, search.after),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  const [revoked, setRevoked] = useState<Client | null>(null);
  const writes = may("User:write");
  const add = writes && (
    <Button
      leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />}
      onClick={() => void navigate({ search: (previous) => ({ ...previous, add: "1" }) })}
    >
      Add a client
    </Button>
  );
  return (
    <Page
      title="API clients"
      description="Programs of yours that call the API. Each gets a key and a secret, and acts as one till unless it names another."
      actions={add}
    >
      <Card padding={0}>
        <DataTable
          label="API clients"
          columns={columnsOf(writes ? setRevoked : null)}
          rows={data?.items}
          rowKey={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          stale={isPlaceholderData}
          skeletonRows={3}
          empty={
            <EmptyState icon={IconApi} title="No API clients yet" action={add}>
              Add one to connect a web shop, an app or a warehouse system.
            </EmptyState>
          }
        />
        <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
      </Card>
      {search.add !== undefined && (
        <ClientForm
          onClose={() => void navigate({ search: (previous) => ({ ...previous, add: undefined }) })}
        />
      )}
      <ConfirmDialog
        opened={revoked !== null}
        onClose={() => setRevoked(null)}
        onConfirm={async () => {
          await api.post("/api/clients/{id}/revoke", { params: { id: revoked!.id }, body: {} });
          await refresh(queryClient, api, "/clients");
          tell("The client was revoked.");
        }}
        title={`Revoke ${revoked?.name ?? "the client"}?`}
        action="Revoke"
        dangerous
      >
        Its key and every token made with it are refused at once. This cannot be undone; a new client gets a
        new key.
      </ConfirmDialog>
    </Page>
  );
};

const ClientForm = ({ onClose }: { onClose: () => void }) => {
  const { api } = useOrganisation();
  const [made, setMade] = useState<NewClient | null>(null);
  const form = useForm<{ name: string; tillId: number | null; ttlSeconds: number }>({
    initialValues: { name: "", tillId: null, ttlSeconds: 900 },
    validate: {
      name: required("Enter a name"),
      tillId: required("Pick the till that calls are booked on"),
    },
  });
  const { save, busy, failure } = useSave(form, ["name", "tillId", "ttlSeconds"], ["/clients"]);
  const submit = async (values: typeof form.values) => {
    const client = await save(() => api.post("/api/clients", { body: values }));
    if (client !== undefined) setMade(client);
  };
  if (made !== null) {
    return (
      <SideDrawer title={made.name} onClose={onClose}>
        <Stack gap="md">
          <SecretBox
            values={[
              { label: "Key", value: made.key },
              { label: "Secret", value: made.secret },
            ]}
          />
          <Text size="sm" c="dimmed">
            The client exchanges both for a token at /v3/oauth/token/generate.
          </Text>
          <Button onClick={onClose} style={{ alignSelf: "flex-end" }}>
            Done
          </Button>
        </Stack>
      </SideDrawer>
    );
  }
  return (
    <FormDrawer
      title="Add an API client"
      action="Add"
      isNew
      busy={busy}
      failure={failure}
      onSubmit={form.onSubmit((values) => void submit(values))}
      onClose={onClose}
    >
      <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
      <EntityPicker
        type="TILL"
        label="Acts as till"
        description="What it does is booked on this till unless a call names another"
        required
        value={form.values.tillId}
        onChange={(tillId) => form.setFieldValue("tillId", tillId)}
        error={form.errors.tillId}
      />
      <NumberInput
        label="Seconds that a token lives"
        min={60}
        max={86_400}
        allowDecimal={false}
        {...form.getInputProps("ttlSeconds")}
      />
    </FormDrawer>
  );
};
