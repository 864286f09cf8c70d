import { IconBuildingStore } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import {
  activeColumn,
  childrenColumn,
  codeColumn,
  conceptColumn,
  nameColumn,
  parentColumn,
} from "./entity-columns.tsx";
import { EntityList } from "./entity-list.tsx";
import type { EntitySearch } from "./routes.ts";

const route = getRouteApi("/$org/admin/stores");

/** Where the organisation sells. */
export const StoresPage = () => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = (change: EntitySearch, replace = false) =>
    void navigate({ search: (previous) => ({ ...previous, ...change }), replace });
  return (
    <EntityList
      type="STORE"
      title="Stores"
      description="Where the organisation sells. Each store has tills, lies in a zone and belongs to a concept."
      icon={IconBuildingStore}
      emptyText="Add the first store, then its tills; purchases come in through them."
      columns={[
        nameColumn((id) => go({ edit: id })),
        codeColumn,
        parentColumn("Zone"),
        conceptColumn,
        childrenColumn("Tills"),
        activeColumn,
      ]}
      search={search}
      go={go}
    />
  );
};
