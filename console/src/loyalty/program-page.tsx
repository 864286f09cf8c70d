import {
  Alert,
  Button,
  Grid,
  Modal,
  NumberInput,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory, IconPencil } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Program } from "../api/programs.ts";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Money } from "../ui/amounts.tsx";
import { CheckedForm } from "../ui/checked-form.tsx";
import { placeError, required } from "../ui/form-errors.ts";
import { useFormat } from "../ui/format-context.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { ButtonLink, TextLink } from "../ui/links.tsx";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { ErrorState } from "../ui/states.tsx";
import { DefinitionView } from "./definition-view.tsx";
import { ExpiryView } from "./policies-view.tsx";
import { programQuery } from "./queries.ts";
import { VersionsPanel } from "./versions-panel.tsx";

const route = getRouteApi("/$org/loyalty/$programId");

/** A program as it decides now: tiers, rules, expiry, and its versions. */
export const ProgramPage = () => {
  const { api, may } = useOrganisation();
  const { programId } = route.useParams();
  const { data: program, error, refetch } = useQuery(programQuery(api, programId));
  const [renaming, { open, close }] = useDisclosure(false);
  const writes = may("Program:write");
  if (error !== null && program === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  return (
    <Page
      title={program?.name ?? "Program"}
      description={program?.description || undefined}
      trail={[
        <TextLink key="programs" from="/$org" to="/$org/loyalty" size="sm">
          Loyalty
        </TextLink>,
      ]}
      actions={
        writes &&
        program && (
          <>
            <Button variant="default" onClick={open}>
              Details
            </Button>
            <ButtonLink
              from="/$org/loyalty/$programId"
              to="/$org/loyalty/$programId/what-if"
              variant="default"
              leftSection={<IconHistory size={16} stroke={1.6} aria-hidden />}
            >
              Try over the past
            </ButtonLink>
            <ButtonLink
              from="/$org/loyalty/$programId"
              to="/$org/loyalty/$programId/draft"
              leftSection={<IconPencil size={16} stroke={1.6} aria-hidden />}
            >
              {program.draft ? "Continue draft" : "Edit"}
            </ButtonLink>
          </>
        )
      }
    >
      {program === undefined ? <Skeleton h={360} radius="lg" /> : <Content program={program} />}
      {program && <Details program={program} opened={renaming} onClose={close} />}
    </Page>
  );
};

const Content = ({ program }: { program: Program }) => {
  const format = useFormat();
  const { definition } = program;
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 8 }}>
        {definition === null ? (
          <Alert variant="light" color="gold" title="Nothing is published yet">
            Edit the draft and publish it; purchases earn from then on.
          </Alert>
        ) : (
          <DefinitionView definition={definition} />
        )}
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 4 }}>
        <Stack gap="md">
          <Panel title="About">
            <KeyValue
              items={[
                { label: "Members", value: format.number(program.memberCount) },
                { label: "A point is worth", value: <Money value={program.pointsToCurrencyRatio} /> },
                { label: "Default program", value: program.isDefault ? "Yes" : "No" },
                {
                  label: "Published",
                  value: program.publishedVersion && `Version ${program.publishedVersion}`,
                },
              ]}
            />
          </Panel>
          {definition && (
            <Panel title="Expiry">
              <ExpiryView definition={definition} />
            </Panel>
          )}
          <VersionsPanel program={program} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
};

const Details = ({
  program,
  opened,
  onClose,
}: {
  program: Program;
  opened: boolean;
  onClose: () => void;
}) => {
  const { api, organisation } = useOrganisation();
  const queryClient = useQueryClient();
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: {
      name: program.name,
      description: program.description,
      pointsToCurrencyRatio: program.pointsToCurrencyRatio,
    },
    validate: { name: required("Enter a name") },
  });
  const save = async (values: typeof form.values) => {
    setBusy(true);
    setFailure(null);
    try {
      await api.put("/api/programs/{id}", { params: { id: program.id }, body: values });
      await refresh(queryClient, api, "/programs");
      tell("The program was changed.");
      onClose();
    } catch (error) {
      const placed = placeError(error, Object.keys(values));
      form.setErrors(placed.fields);
      setFailure(placed.general);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Program details">
      <CheckedForm onSubmit={form.onSubmit((values) => void save(values))}>
        <Stack gap="md">
          {failure !== null && (
            <Text c="var(--fealty-loss)" size="sm" role="alert">
              {failure}
            </Text>
          )}
          <TextInput label="Name" required data-autofocus {...form.getInputProps("name")} />
          <Textarea label="Description" autosize minRows={2} {...form.getInputProps("description")} />
          <NumberInput
            label="A point is worth"
            description={`In ${organisation.currency}; reports value the points that members hold by it`}
            min={0}
            {...form.getInputProps("pointsToCurrencyRatio")}
          />
          <Button type="submit" loading={busy} style={{ alignSelf: "flex-end" }}>
            Save
          </Button>
        </Stack>
      </CheckedForm>
    </Modal>
  );
};
