import { SegmentedControl } from "@mantine/core";
import { IconHierarchy2 } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { activeColumn, childrenColumn, codeColumn, nameColumn, parentColumn } from "./entity-columns.tsx";
import { EntityList } from "./entity-list.tsx";
import type { EntitySearch } from "./routes.ts";

const route = getRouteApi("/$org/admin/concepts");

/** Brands, and regions: what stores belong to. */
export const ConceptsPage = () => {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const type = search.type ?? "CONCEPT";
  const go = (change: EntitySearch, replace = false) =>
    void navigate({ search: (previous) => ({ ...previous, ...change }), replace });
  return (
    <EntityList
      key={type}
      type={type}
      title="Concepts and zones"
      description="Concepts are the brands that stores trade under; zones are the regions they lie in."
      icon={IconHierarchy2}
      emptyText={type === "ZONE" ? "Zones put stores into regions." : "Concepts put stores under a brand."}
      columns={[
        nameColumn((id) => go({ edit: id })),
        codeColumn,
        parentColumn("Part of"),
        childrenColumn("Holds"),
        activeColumn,
      ]}
      search={search}
      go={go}
      filter={
        <SegmentedControl
          aria-label="Kind"
          value={type}
          data={[
            { value: "CONCEPT", label: "Concepts" },
            { value: "ZONE", label: "Zones" },
          ]}
          onChange={(value) => void navigate({ search: value === "ZONE" ? { type: "ZONE" } : {} })}
        />
      }
    />
  );
};
