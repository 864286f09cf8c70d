import { Alert, Button, Group, List, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCircleCheck, IconLock, IconRocket } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, linkOptions } from "@tanstack/react-router";
import { useState } from "react";
import type { Problem, Program, ProgramDefinition } from "../api/programs.ts";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { ButtonLink, TextLink } from "../ui/links.tsx";
import { tell, tellError } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { SectionTabs } from "../ui/section-tabs.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { useDraft } from "../ui/use-draft.ts";
import { CurrenciesEditor } from "./currencies-editor.tsx";
import { FIRST_DEFINITION, otherProblems, shownPaths } from "./draft.ts";
import { SECTION_KEYS, SECTIONS, type Section, sectionOf } from "./draft-problems.ts";
import { ExpiryEditor } from "./expiry-editor.tsx";
import { programQuery } from "./queries.ts";
import { RedemptionEditor } from "./redemption-editor.tsx";
import { RulesEditor } from "./rules-editor.tsx";
import { ServiceEditor } from "./service-editor.tsx";
import { TierMoves } from "./tier-moves.tsx";
import { type EditorParts, TiersEditor } from "./tiers-editor.tsx";

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

/** What the server found in a draft: what keeps it from being published, and what does not. */
interface Findings {
  problems: Problem[];
  warnings: Problem[];
}

const useDraftEditor = (program: Program) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const local = useDraft<ProgramDefinition>(`${api.orgId}:program:${program.id}`);
  const saved = program.draft ?? program.definition ?? FIRST_DEFINITION;
  const [definition, setDefinition] = useState(local.found ?? saved);
  const [{ problems, warnings }, setFindings] = useState<Findings>({ problems: [], warnings: [] });
  const [busy, setBusy] = useState(false);
  const [unsaved, setUnsaved] = useState(local.found !== null);

  const change = (next: ProgramDefinition) => {
    setDefinition(next);
    setUnsaved(true);
    local.keep(next);
  };
  /** Problems that the server found; null when it could not be asked. */
  const save = async (): Promise<Problem[] | null> => {
    setBusy(true);
    try {
      const answer = await api.put("/api/programs/{id}/draft", {
        params: { id: program.id },
        body: { definition },
      });
      setFindings(answer);
      setUnsaved(false);
      local.discard();
      await refresh(queryClient, api, "/programs");
      return answer.problems;
    } catch (error) {
      tellError(error);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const publish = async () => {
    await api.post("/api/programs/{id}/publish", { params: { id: program.id }, body: {} });
    local.discard();
    await refresh(queryClient, api, "/programs");
  };
  return { definition, problems, warnings, busy, unsaved, change, save, publish };
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
  const { definition, problems, warnings, busy, unsaved, change, save, publish } = useDraftEditor(program);
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
      width={860}
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
      <SectionEditor section={section} published={program.definition} {...parts} />
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
        onPublish={async () => {
          await publish();
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
      return <RulesEditor {...parts} />;
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

const Verdict = ({
  problems,
  warnings,
  definition,
  checked,
}: {
  problems: Problem[];
  warnings: Problem[];
  definition: ProgramDefinition;
  checked: boolean;
}) => {
  if (problems.length === 0) {
    if (!checked) return null;
    return warnings.length > 0 ? (
      <Warnings warnings={warnings} />
    ) : (
      <Alert color="pine" variant="light" icon={<IconCircleCheck size={18} />} py="xs">
        Nothing stands against publishing this draft.
      </Alert>
    );
  }
  const others = otherProblems(problems, shownPaths(definition));
  return (
    <Alert color="clay" variant="light" title="The draft cannot be published yet" role="alert">
      {others.length === 0 ? (
        <Text size="sm">What is wrong stands beside the fields, under {listed(problems)}.</Text>
      ) : (
        <List size="sm">
          {others.map(({ path, message }) => (
            <List.Item key={`${path}:${message}`}>{path === "" ? message : `${path} ${message}`}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
};

const Warnings = ({ warnings }: { warnings: Problem[] }) => (
  <Alert
    color="gold"
    variant="light"
    title="It can be published, but will not do all that it says"
    role="alert"
  >
    <List size="sm">
      {warnings.map(({ path, message }) => (
        <List.Item key={`${path}:${message}`}>
          {path} {message}
        </List.Item>
      ))}
    </List>
  </Alert>
);

/** The parts in which something is wrong, by name. */
const listed = (problems: readonly Problem[]): string => {
  const sections = new Set(problems.map(sectionOf));
  return SECTION_KEYS.filter((key) => sections.has(key))
    .map((key) => SECTIONS[key].label)
    .join(", ");
};

const PublishDialog = ({
  program,
  definition,
  warnings,
  opened,
  onClose,
  onPublish,
}: {
  program: Program;
  definition: ProgramDefinition;
  warnings: Problem[];
  opened: boolean;
  onClose: () => void;
  onPublish: () => Promise<void>;
}) => {
  const format = useFormat();
  const next = (program.publishedVersion ?? 0) + 1;
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      onConfirm={onPublish}
      title={`Publish version ${next}?`}
      action={`Publish version ${next}`}
    >
      <Stack gap="xs">
        {warnings.length > 0 && <Warnings warnings={warnings} />}
        {opened && <TierMoves program={program} definition={definition} />}
        <span>
          From now on, every purchase of {format.number(program.memberCount)} members is decided by this
          version.
        </span>
        <span>
          Points that were already given stay as they are. A published version never changes; to take
          something back, publish another one.
        </span>
      </Stack>
    </ConfirmDialog>
  );
};
