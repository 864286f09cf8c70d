import { Group, Select, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Program } from "../api/programs.ts";
import type { Comparison } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { TextLink } from "../ui/links.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { ErrorState } from "../ui/states.tsx";
import { ChangesView } from "./changes-view.tsx";
import { comparisonQuery, programQuery } from "./queries.ts";

const route = getRouteApi("/$org/loyalty/$programId/compare");

/** Two versions of a program beside each other, in words. */
export const ComparePage = () => {
  const { api } = useOrganisation();
  const { programId } = route.useParams();
  const search = route.useSearch();
  const { data: program, error, refetch } = useQuery(programQuery(api, programId));
  if (error !== null && program === undefined)
    return <ErrorState error={error} onRetry={() => void refetch()} />;
  const newest = String(program?.publishedVersion ?? 1);
  const { from = newest, to = program?.hasDraft ? "draft" : newest } = search;
  return (
    <Page
      title="Compare versions"
      description="What changes from one to the other. Everything that differs is here."
      width={860}
      trail={[
        <TextLink key="programs" from="/$org" to="/$org/loyalty" size="sm">
          Loyalty
        </TextLink>,
        <TextLink
          key="program"
          from="/$org/loyalty/$programId/compare"
          to="/$org/loyalty/$programId"
          size="sm"
        >
          {program?.name ?? "Program"}
        </TextLink>,
      ]}
    >
      {program === undefined ? (
        <Skeleton h={260} radius="lg" />
      ) : (
        <>
          <Sides program={program} from={from} to={to} />
          <Panel title="Changes">
            <ChangesView programId={program.id} from={from} to={to} />
          </Panel>
        </>
      )}
    </Page>
  );
};

const optionsOf = ({ versions, hasDraft }: Program) => [
  ...(hasDraft ? [{ value: "draft", label: "The draft" }] : []),
  ...versions.map(({ version }) => ({ value: String(version), label: `Version ${version}` })),
];

const Sides = ({ program, from, to }: { program: Program; from: string; to: string }) => {
  const { api } = useOrganisation();
  const navigate = route.useNavigate();
  const { data } = useQuery(comparisonQuery(api, program.id, from, to));
  const options = optionsOf(program);
  const choose = (change: { from?: string; to?: string }) =>
    void navigate({ search: { from, to, ...change }, replace: true });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <SideOf
        label="From"
        value={from}
        options={options}
        side={data?.from}
        onPick={(from) => choose({ from })}
      />
      <SideOf label="To" value={to} options={options} side={data?.to} onPick={(to) => choose({ to })} />
    </SimpleGrid>
  );
};

const SideOf = ({
  label,
  value,
  options,
  side,
  onPick,
}: {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  side: Comparison["from"] | undefined;
  onPick: (value: string) => void;
}) => (
  <div>
    <Select
      label={label}
      data={options}
      value={value}
      onChange={(chosen) => chosen !== null && onPick(chosen)}
      allowDeselect={false}
    />
    <Group mih={24} mt={4}>
      {side?.at && (
        <Text size="xs" c="dimmed">
          {side.version === null ? "Kept" : "Published"} <DateTime value={side.at} />
          {side.by && <> by {side.by}</>}
          {side.effectiveFrom && (
            <>
              , in force from <DateTime value={side.effectiveFrom} />
            </>
          )}
        </Text>
      )}
    </Group>
  </div>
);
