import { Alert, Button, Card, Group, Progress, Radio, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { ImportPreview, ImportRun } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { ButtonLink, TextLink } from "../ui/links.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { messageOf } from "../ui/states.tsx";
import {
  type CampaignTerms,
  CampaignTermsForm,
  missingTerms,
  NO_TERMS,
  termParts,
} from "./campaign-terms.tsx";
import { FileDrop } from "./file-drop.tsx";
import {
  DEFAULT_OPTIONS,
  type ImportOptions,
  ImportOptionsForm,
  optionsFor,
  withDateFormat,
} from "./import-options.tsx";
import { type Mapping, missingTargets, startMapping, wholeMapping } from "./mapping.ts";
import { MappingTable } from "./mapping-table.tsx";

type Kind = ImportRun["kind"];

/** The server judges a file by its beginning. */
const PREVIEW_BYTES = 256 * 1024;

const useNewImport = () => {
  const { api, organisation } = useOrganisation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [kind, setKind] = useState<Kind>("transactions");
  const [file, setFile] = useState<File | null>(null);
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const [options, setOptions] = useState<ImportOptions>(DEFAULT_OPTIONS);
  const [terms, setTerms] = useState<CampaignTerms>(NO_TERMS);
  const [sent, setSent] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  const look = async (chosen: File | null, of: Kind) => {
    setFile(chosen);
    setKind(of);
    setPreview(null);
    setFailure(null);
    if (chosen === null) return;
    try {
      const form = new FormData();
      form.append("kind", of);
      // The name tells whether the content is compressed.
      form.append("file", new File([chosen.slice(0, PREVIEW_BYTES)], chosen.name, { type: chosen.type }));
      const found = await api.upload("/api/imports/preview", form);
      setPreview(found);
      setMapping(startMapping(found));
      setOptions((before) => withDateFormat(before, found.suggestedDateFormat));
    } catch (error) {
      setFailure(messageOf(error));
    }
  };
  const start = async () => {
    if (file === null) return;
    setSent(0);
    setFailure(null);
    try {
      const form = new FormData();
      const parts = kind === "campaign" ? termParts(terms) : [["kind", kind] as const];
      for (const [name, value] of parts) form.append(name, value);
      form.append("mapping", JSON.stringify(wholeMapping(mapping, preview?.targets ?? [])));
      form.append("options", JSON.stringify(optionsFor(kind, options)));
      form.append("file", file);
      const path = kind === "campaign" ? "/api/points/campaigns" : "/api/imports";
      const run = await api.upload(path, form, setSent);
      await refresh(queryClient, api, "/imports");
      await navigate({
        to: "/$org/activity/imports/$importId",
        params: { org: organisation.code.toLowerCase(), importId: String(run.id) },
      });
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setSent(null);
    }
  };
  const fields = preview ? missingTargets(mapping, preview.targets).map(({ label }) => label) : [];
  const missing = [
    ...(fields.length === 0 ? [] : [`a column: ${fields.join(", ")}`]),
    ...(kind === "campaign" ? missingTerms(terms, mapping) : []),
  ];
  return {
    kind,
    file,
    preview,
    mapping,
    options,
    terms,
    missing,
    sent,
    failure,
    look,
    start,
    setMapping,
    setOptions,
    setTerms,
  };
};

/** Brings a file in: pick it, say what is in it, check which column is what, start. */
export const NewImport = () => {
  const { may } = useOrganisation();
  const { kind, file, preview, mapping, options, terms, missing, sent, failure, ...doing } = useNewImport();
  const { look, start, setMapping, setOptions, setTerms } = doing;
  return (
    <Page
      title="Import a file"
      description="CSV with a header row, in UTF-8; it may be compressed with gzip. Nothing happens before you start it."
      width={860}
      trail={[
        <TextLink key="activity" from="/$org" to="/$org/activity" size="sm">
          Activity
        </TextLink>,
      ]}
    >
      <Card>
        <Stack gap="lg">
          <Radio.Group
            label="What is in the file?"
            value={kind}
            onChange={(value) => void look(file, value as Kind)}
          >
            <SimpleGrid cols={{ base: 1, xs: 2 }} mt="xs">
              <KindCard
                value="transactions"
                title="Transactions"
                text="Bills, or the lines of bills, one row each"
              />
              <KindCard
                value="customers"
                title="Members"
                text="Names, phone numbers, e-mail addresses, fields"
              />
              {may("Points:write") && (
                <>
                  <KindCard
                    value="points"
                    title="Points"
                    text="Points that members have elsewhere, with their dates"
                  />
                  <KindCard
                    value="campaign"
                    title="Award points to many"
                    text="Members who get points of a campaign"
                  />
                </>
              )}
            </SimpleGrid>
          </Radio.Group>
          <FileDrop file={file} onFile={(chosen) => void look(chosen, kind)} />
        </Stack>
      </Card>
      {failure !== null && (
        <Alert color="clay" role="alert" variant="light">
          {failure}
        </Alert>
      )}
      {preview && (
        <>
          <MappingTable preview={preview} mapping={mapping} onChange={setMapping} />
          {kind === "campaign" && <CampaignTermsForm terms={terms} onChange={setTerms} />}
          <ImportOptionsForm kind={kind} options={options} onChange={setOptions} />
          <StartPanel
            action={kind === "campaign" ? "Award the points" : "Start the import"}
            missing={missing}
            sent={sent}
            onStart={() => void start()}
          />
        </>
      )}
    </Page>
  );
};

const KindCard = ({ value, title, text }: { value: Kind; title: string; text: string }) => (
  <Radio.Card value={value} p="md" radius="md">
    <Group wrap="nowrap" align="flex-start">
      <Radio.Indicator mt={2} />
      <div>
        <Text fw={500}>{title}</Text>
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </div>
    </Group>
  </Radio.Card>
);

const StartPanel = ({
  action,
  missing,
  sent,
  onStart,
}: {
  action: string;
  /** What is still to be said, in words. */
  missing: string[];
  /** Share of the file that was sent; null before it starts. */
  sent: number | null;
  onStart: () => void;
}) => (
  <Panel>
    {sent !== null && (
      <Progress value={sent * 100} mb="md" aria-label="Share of the file that was sent" animated />
    )}
    <Group justify="space-between">
      <Text size="sm" {...(missing.length > 0 ? { c: "var(--fealty-loss)" } : { c: "dimmed" })}>
        {missing.length > 0
          ? `Still needs ${missing.join("; ")}`
          : "Rows that do not fit are rejected one by one; the rest is imported."}
      </Text>
      <Group gap="xs">
        <ButtonLink from="/$org" to="/$org/activity" variant="subtle" color="gray">
          Cancel
        </ButtonLink>
        <Button loading={sent !== null} disabled={missing.length > 0} onClick={onStart}>
          {action}
        </Button>
      </Group>
    </Group>
  </Panel>
);
