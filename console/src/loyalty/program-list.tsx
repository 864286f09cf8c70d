import { Button, Card, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconAward, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { ProgramSummary } from "../api/programs.ts";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Money } from "../ui/amounts.tsx";
import { CheckedForm } from "../ui/checked-form.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { placeError, required } from "../ui/form-errors.ts";
import { useFormat } from "../ui/format-context.tsx";
import { TextLink } from "../ui/links.tsx";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { programsQuery } from "./queries.ts";

const Count = ({ value }: { value: number }) => <>{useFormat().number(value)}</>;

const COLUMNS: Column<ProgramSummary>[] = [
  {
    header: "Program",
    leads: true,
    cell: ({ id, name, description }) => (
      <div>
        <TextLink
          from="/$org"
          to="/$org/loyalty/$programId"
          params={{ programId: String(id) }}
          className="row-link"
          c="inherit"
          fw={500}
          underline="never"
        >
          {name}
        </TextLink>
        {description && (
          <Text size="sm" c="dimmed" lineClamp={1}>
            {description}
          </Text>
        )}
      </div>
    ),
  },
  {
    header: "State",
    cell: ({ publishedVersion, hasDraft }) => (
      <>
        {publishedVersion === null ? (
          <StatusBadge tone="quiet">Not published</StatusBadge>
        ) : (
          <StatusBadge tone="good">{`Version ${publishedVersion}`}</StatusBadge>
        )}
        {hasDraft && (
          <StatusBadge tone="warning" ml={6}>
            Draft
          </StatusBadge>
        )}
      </>
    ),
  },
  { header: "Default", wideOnly: true, cell: ({ isDefault }) => (isDefault ? "Yes" : "No") },
  {
    header: "A point is worth",
    align: "right",
    cell: ({ pointsToCurrencyRatio }) => <Money value={pointsToCurrencyRatio} />,
  },
  { header: "Members", align: "right", cell: ({ memberCount }) => <Count value={memberCount} /> },
];

/** The organisation's programs. */
export const ProgramList = () => {
  const { api, may } = useOrganisation();
  const { data, error, refetch } = useQuery(programsQuery(api));
  const [adding, { open, close }] = useDisclosure(false);
  const add = may("Program:write") && (
    <Button leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />} onClick={open}>
      New program
    </Button>
  );
  return (
    <Page
      title="Loyalty"
      description="Programs decide what purchases earn and which tiers members reach."
      actions={add}
    >
      <Card padding={0}>
        <DataTable
          label="Programs"
          columns={COLUMNS}
          rows={data?.items}
          rowKey={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          skeletonRows={2}
          empty={
            <EmptyState icon={IconAward} title="No program yet" action={add}>
              Without a program, purchases are recorded but earn nothing.
            </EmptyState>
          }
        />
      </Card>
      <NewProgram opened={adding} onClose={close} />
    </Page>
  );
};

const NewProgram = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const { api, organisation } = useOrganisation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: { name: "", description: "" },
    validate: { name: required("Enter a name") },
  });
  const create = async (values: { name: string; description: string }) => {
    setBusy(true);
    setFailure(null);
    try {
      const { id } = await api.post("/api/programs", { body: values });
      await refresh(queryClient, api, "/programs");
      await navigate({
        to: "/$org/loyalty/$programId/draft",
        params: { org: organisation.code.toLowerCase(), programId: String(id) },
      });
    } catch (error) {
      const placed = placeError(error, ["name", "description"]);
      form.setErrors(placed.fields);
      setFailure(placed.general);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New program">
      <CheckedForm onSubmit={form.onSubmit((values) => void create(values))}>
        <Stack gap="md">
          {failure !== null && (
            <Text c="var(--fealty-loss)" size="sm" role="alert">
              {failure}
            </Text>
          )}
          <TextInput label="Name" required maxLength={255} data-autofocus {...form.getInputProps("name")} />
          <Textarea label="Description" autosize minRows={2} {...form.getInputProps("description")} />
          <Button type="submit" loading={busy} style={{ alignSelf: "flex-end" }}>
            Create and edit
          </Button>
        </Stack>
      </CheckedForm>
    </Modal>
  );
};
