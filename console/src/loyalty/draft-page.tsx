import { Button, Group, Skeleton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconLock, IconRocket } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, linkOptions } from "@tanstack/react-router";
import { useState } from "react";
import type { Problem, Program, ProgramDefinition } from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { ButtonLink, TextLink } from "../ui/links.tsx";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { SectionTabs } from "../ui/section-tabs.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { CurrenciesEditor } from "./currencies-editor.tsx";
import { SECTION_KEYS, SECTIONS, type Section, sectionOf } from "./draft-problems.ts";
import { Verdict } from "./draft-verdict.tsx";
import { ExpiryEditor } from "./expiry-editor.tsx";
import { ConditionProvider } from "./expression/condition-context.ts";
import { PublishDialog } from "./publish-dialog.tsx";
import { programQuery } from "./queries.ts";
import { RedemptionEditor } from "./redemption-editor.tsx";
import { ServiceEditor } from "./service-editor.tsx";
import { type EditorParts, TiersEditor } from "./tiers-editor.tsx";
import { TrackersEditor } from "./trackers-editor.tsx";
import { useDraftEditor } from "./use-draft-editor.ts";
import { LimitsEditor } from "./workflow/limits-editor.tsx";
import { WorkflowEditor } from "./workflow/workflow-editor.tsx";

const route = getRouteApi("/$org/loyalty/$programId/draft");

/** Changes a program: a draft is kept, judged by the server, and published as the next version. */
export const DraftPage = () => {
  const { api, may } = useOrganisation();
  const { programId } = route.useParams();
  const {
    data: program,
    error,
    refetch,
  } = useQuery({
    ...programQuery(api, programId),
    // What a person edits must not change below them.
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!may("Program:write")) {
    return (
      <Page title="Edit program">
        <EmptyState icon={IconLock} title="Not for your role">
          Your role may look at programs, not change them.
        </EmptyState>
      </Page>
    );
  }
  if (error !== null && program === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (program === undefined) return <Skeleton h={400} radius="lg" maw={860} mx="auto" />;
  return <DraftEditor key={program.id} program={program} />;
};

const trailOf = (program: Program) => [
  <TextLink key="programs" from="/$org" to="/$org/loyalty" size="sm">
    Loyalty
  </TextLink>,
  <TextLink key="program" from="/$org/loyalty/$programId/draft" to="/$org/loyalty/$programId" size="sm">
    {program.name}
  </TextLink>,
];

const DraftEditor = ({ program }: { program: Program }) => {
  const { definition, problems, warnings, busy, unsaved, change, awaitWriting, save, publish } =
    useDraftEditor(program);
  const tierNames = definition.tiers.map(({ name }) => name);
  const navigate = route.useNavigate();
  const { section = "earning" } = route.useSearch();
  const [checked, setChecked] = useState(false);
  const [publishing, { open, close }] = useDisclosure(false);
  const keep = async () => {
    const found = await save();
    setChecked(found !== null);
    if (found?.length === 0) tell("The draft was saved. It can be published.");
    return found;
  };
  const prepare = async () => {
    if ((await keep())?.length === 0) open();
  };
  const parts = { definition, problems, warnings, change };
  return (
    <Page
      title={`Edit ${program.name}`}
      description={
        program.publishedVersion === null
          ? "Nothing is published yet. The draft decides nothing until it is."
          : `Version ${program.publishedVersion} decides until this draft is published.`
      }
      width={960}
      trail={trailOf(program)}
      actions={
        <>
          <Button variant="default" loading={busy} onClick={() => void keep()}>
            {unsaved ? "Save draft" : "Check draft"}
          </Button>
          <Button
            disabled={busy}
            leftSection={<IconRocket size={16} stroke={1.6} aria-hidden />}
            onClick={() => void prepare()}
          >
            Publish…
          </Button>
        </>
      }
    >
      <Verdict
        problems={problems}
        warnings={warnings}
        definition={definition}
        checked={checked && !unsaved}
      />
      <DraftTabs problems={problems} />
      <ConditionProvider value={{ tierNames, awaitWriting }}>
        <SectionEditor section={section} published={program.definition} {...parts} />
      </ConditionProvider>
      <Group justify="flex-end">
        <ButtonLink
          from="/$org/loyalty/$programId/draft"
          to="/$org/loyalty/$programId"
          variant="subtle"
          color="gray"
        >
          Back to the program
        </ButtonLink>
      </Group>
      <PublishDialog
        program={program}
        definition={definition}
        warnings={warnings}
        opened={publishing}
        onClose={close}
        onPublish={async (effectiveFrom) => {
          await publish(effectiveFrom);
          tell("The program was published.");
          await navigate({ to: "/$org/loyalty/$programId" });
        }}
      />
    </Page>
  );
};

const from = "/$org/loyalty/$programId/draft";

/** Each part of the draft under its own address; those with problems say how many. */
const DraftTabs = ({ problems }: { problems: Problem[] }) => (
  <SectionTabs
    label="Parts of the program"
    tabs={SECTION_KEYS.map((key) => {
      const count = problems.filter((problem) => sectionOf(problem) === key).length;
      return {
        label: SECTIONS[key].label,
        link: linkOptions({
          from,
          to: ".",
          search: key === "earning" ? {} : { section: key },
          activeOptions: { exact: true },
        }),
        count: count === 0 ? undefined : count,
      };
    })}
  />
);

const SectionEditor = ({
  section,
  published,
  warnings,
  ...parts
}: EditorParts & { section: Section; published: ProgramDefinition | null; warnings: Problem[] }) => {
  switch (section) {
    case "earning":
      return <WorkflowEditor {...parts} />;
    case "limits":
      return <LimitsEditor {...parts} />;
    case "trackers":
      return <TrackersEditor {...parts} />;
    case "tiers":
      return <TiersEditor {...parts} published={published} />;
    case "expiry":
      return <ExpiryEditor {...parts} />;
    case "currencies":
      return (
        <CurrenciesEditor {...parts} published={new Set((published?.currencies ?? []).map(({ id }) => id))} />
      );
    case "spending":
      return <RedemptionEditor warnings={warnings} {...parts} />;
    case "service":
      return <ServiceEditor {...parts} />;
  }
};
