import { Button, Card, Group, Select, Text } from "@mantine/core";
import { IconUserPlus, IconUserSearch, IconUsers } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { CustomerSummary } from "../api/types.ts";
import { defaultProgramQuery } from "../loyalty/queries.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime, Nothing } from "../ui/amounts.tsx";
import { type Column, DataTable, type Sort } from "../ui/data-table.tsx";
import { ExportButton } from "../ui/export-button.tsx";
import { ButtonLink, TextLink } from "../ui/links.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { identifierText, plainWords, statusTone } from "./names.ts";
import { customersCall, customersQuery, type MemberFilter, PAGE_SIZE } from "./queries.ts";

/** A search counts no further. */
const SEARCH_COUNTS = 1000;

const route = getRouteApi("/$org/members/");

const COLUMNS: Column<CustomerSummary>[] = [
  {
    header: "Name",
    sortKey: "name",
    leads: true,
    cell: ({ id, name }) => (
      <TextLink
        from="/$org"
        to="/$org/members/$memberId"
        params={{ memberId: String(id) }}
        className="row-link"
        c="inherit"
        fw={500}
        underline="never"
      >
        {name || `Member ${id}`}
      </TextLink>
    ),
    csv: ({ name }) => name,
  },
  {
    header: "Mobile",
    cell: ({ mobile }) => (mobile ? identifierText("mobile", mobile) : <Nothing />),
    csv: ({ mobile }) => mobile,
  },
  {
    header: "E-mail",
    cell: ({ email }) =>
      email ? (
        <Text inherit truncate maw={260}>
          {email}
        </Text>
      ) : (
        <Nothing />
      ),
    csv: ({ email }) => email,
  },
  {
    header: "External id",
    wideOnly: true,
    cell: ({ externalId }) => externalId ?? <Nothing />,
    csv: ({ externalId }) => externalId,
  },
  {
    header: "Status",
    cell: ({ status }) => <StatusBadge tone={statusTone(status)}>{plainWords(status)}</StatusBadge>,
    csv: ({ status }) => status,
  },
  {
    header: "Registered",
    sortKey: "registeredAt",
    cell: ({ registeredAt }) => <DateTime value={registeredAt} show="date" />,
    csv: ({ registeredAt }) => registeredAt,
  },
];

/** Everybody of the organisation: search by name or any identifier, filter by tier, open one. */
export const MemberList = () => {
  const { api, may, organisation } = useOrganisation();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...customersQuery(api, filter),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(filter);
  const narrow = (change: Partial<MemberFilter>) =>
    void navigate({ search: { ...filter, after: undefined, page: undefined, ...change }, replace: true });
  const sort = filter.sort ?? "registeredAt";
  const order = filter.order ?? (sort === "name" ? "asc" : "desc");
  const filtered = filter.q !== undefined || filter.tier !== undefined;

  return (
    <Page
      title="Members"
      description="Find a member by name, phone, e-mail or external id."
      actions={
        <>
          <ExportButton
            name={`${organisation.code}-members`}
            columns={COLUMNS}
            fetchPage={(after) => api.get("/api/customers", customersCall({ ...filter, after }, 100))}
          />
          {may("Customer:write") && (
            <ButtonLink
              from="/$org"
              to="/$org/members/new"
              leftSection={<IconUserPlus size={16} stroke={1.6} aria-hidden />}
            >
              Add member
            </ButtonLink>
          )}
        </>
      }
    >
      <Card padding={0}>
        <Filters filter={filter} narrow={narrow} />
        <DataTable
          label="Members"
          columns={COLUMNS}
          rows={data?.items}
          rowKey={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          stale={isPlaceholderData}
          {...(filter.tier === undefined
            ? {
                sort: { by: sort, order },
                onSort: ({ by, order: next }: Sort) =>
                  narrow({ sort: by as MemberFilter["sort"], order: next }),
              }
            : {})}
          empty={<NoMembers filtered={filtered} onClear={() => narrow({ q: undefined, tier: undefined })} />}
        />
        <ListFooter
          list={data}
          paging={filter}
          pageSize={PAGE_SIZE}
          atLeast={filter.q !== undefined && (data?.total ?? 0) >= SEARCH_COUNTS}
          {...paging}
        />
      </Card>
    </Page>
  );
};

const Filters = ({
  filter,
  narrow,
}: {
  filter: MemberFilter;
  narrow: (change: Partial<MemberFilter>) => void;
}) => (
  <Group px="lg" py="sm" gap="sm">
    <SearchBox
      label="Name, phone, e-mail or external id"
      value={filter.q ?? ""}
      onSearch={(q) => narrow({ q: q === "" ? undefined : q, tier: undefined })}
      style={{ flex: "1 1 240px" }}
      maw={420}
    />
    <TierFilter value={filter.tier} onChange={(tier) => narrow({ tier, q: undefined })} />
  </Group>
);

const TierFilter = ({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (tier: string | undefined) => void;
}) => {
  const { api, may } = useOrganisation();
  const { data } = useQuery({ ...defaultProgramQuery(api), enabled: may("Program:read") });
  const tiers = data?.definition?.tiers ?? [];
  if (tiers.length === 0) return null;
  return (
    <Select
      aria-label="Tier"
      placeholder="Any tier"
      clearable
      w={150}
      data={tiers.map(({ number, name }) => ({ value: String(number), label: name }))}
      value={value ?? null}
      onChange={(tier) => onChange(tier ?? undefined)}
    />
  );
};

const NoMembers = ({ filtered, onClear }: { filtered: boolean; onClear: () => void }) => {
  const { may } = useOrganisation();
  if (filtered) {
    return (
      <EmptyState
        icon={IconUserSearch}
        title="Nobody matches"
        action={
          <Button variant="default" onClick={onClear}>
            Show everybody
          </Button>
        }
      >
        Names match from their beginning; phone numbers with or without the country’s prefix.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={IconUsers}
      title="No members yet"
      action={
        may("Import:write") ? (
          <ButtonLink from="/$org" to="/$org/activity/new" variant="default">
            Import members from a file
          </ButtonLink>
        ) : undefined
      }
    >
      Members appear when a till or the API registers them, when a file is imported, or when you add them
      here.
    </EmptyState>
  );
};
