import { IconCashRegister } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import type { Entity } from "../api/types.ts";
import type { Column } from "../ui/data-table.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { activeColumn, codeColumn, conceptColumn, nameColumn, parentColumn } from "./entity-columns.tsx";
import { EntityList } from "./entity-list.tsx";
import type { EntitySearch } from "./routes.ts";
import { TillCredentials } from "./till-credentials.tsx";

const route = getRouteApi("/$org/admin/tills");

const CREDENTIALS: Column<Entity> = {
  header: "Sign-in",
  cell: ({ hasCredentials }) => (
    <StatusBadge tone={hasCredentials ? "good" : "quiet"}>
      {hasCredentials ? "Password set" : "None"}
    </StatusBadge>
  ),
  csv: ({ hasCredentials }) => hasCredentials,
};

/** What purchases come in through. */
export const TillsPage = () => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = (change: EntitySearch, replace = false) =>
    void navigate({ search: (previous) => ({ ...previous, ...change }), replace });
  return (
    <EntityList
      type="TILL"
      title="Tills"
      description="Purchases come in through tills. A till signs in with its code and a password."
      icon={IconCashRegister}
      emptyText="Add a till to a store and give it a password; then it can send purchases."
      columns={[
        nameColumn((id) => go({ edit: id })),
        codeColumn,
        parentColumn("Store"),
        conceptColumn,
        CREDENTIALS,
        activeColumn,
      ]}
      search={search}
      go={go}
      more={(till) => <TillCredentials till={till} />}
    />
  );
};
