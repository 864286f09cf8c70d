import { Button, Card, Group } from "@mantine/core";
import { IconPlus, IconSearchOff } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ComponentType, ReactNode } from "react";
import type { Entity, EntityType } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { ExportButton } from "../ui/export-button.tsx";
import { ListFooter } from "../ui/list-footer.tsx";
import { Page } from "../ui/page.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { EmptyState } from "../ui/states.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { EntityForm } from "./entity-form.tsx";
import { TYPE_WORDS } from "./entity-values.ts";
import { entitiesQuery, PAGE_SIZE } from "./queries.ts";
import type { EntitySearch } from "./routes.ts";

export interface EntityListProps {
  type: EntityType;
  title: string;
  description: string;
  icon: ComponentType<{ size?: number | string; stroke?: number | string }>;
  emptyText: string;
  columns: Column<Entity>[];
  search: EntitySearch;
  /** Changes the address, keeping what is not named. */
  go: (change: EntitySearch, replace?: boolean) => void;
  filter?: ReactNode;
  more?: (entity: Entity) => ReactNode;
}

/** A searchable list of stores, tills, zones or concepts, with a form beside it. */
export const EntityList = (props: EntityListProps) => {
  const { type, title, description, icon, emptyText, columns, search, go, filter, more } = props;
  const { api, may, organisation } = useOrganisation();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...entitiesQuery(api, type, search),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  const { one, many } = TYPE_WORDS[type];
  const add = may("Organization:write") && (
    <Button leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />} onClick={() => go({ add: "1" })}>
      Add {one}
    </Button>
  );
  const close = () => go({ add: undefined, edit: undefined });
  return (
    <Page
      title={title}
      description={description}
      actions={
        <>
          <ExportButton
            name={`${organisation.code}-${many}`}
            columns={columns}
            fetchPage={(after) =>
              api.get("/api/entities", { query: { type, q: search.q, after, limit: 100 } })
            }
          />
          {add}
        </>
      }
    >
      <Card padding={0}>
        <Group px="lg" py="sm" gap="sm">
          <SearchBox
            label="Name, code or external id"
            value={search.q ?? ""}
            onSearch={(q) => go({ q: q === "" ? undefined : q, after: undefined, page: undefined }, true)}
            style={{ flex: "1 1 220px" }}
            maw={380}
          />
          {filter}
        </Group>
        <DataTable
          label={title}
          columns={columns}
          rows={data?.items}
          rowKey={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          stale={isPlaceholderData}
          empty={
            search.q === undefined ? (
              <EmptyState icon={icon} title={`No ${many} yet`} action={add}>
                {emptyText}
              </EmptyState>
            ) : (
              <EmptyState icon={IconSearchOff} title={`No ${one} is called that`} compact />
            )
          }
        />
        <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
      </Card>
      {(search.add !== undefined || search.edit !== undefined) && (
        <EntityForm type={type} id={search.edit} onClose={close} {...(more ? { more } : {})} />
      )}
    </Page>
  );
};
