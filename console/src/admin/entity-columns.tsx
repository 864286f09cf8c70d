import { UnstyledButton } from "@mantine/core";
import type { Entity } from "../api/types.ts";
import { Nothing } from "../ui/amounts.tsx";
import type { Column } from "../ui/data-table.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";

/** Name, which opens the form. */
export const nameColumn = (open: (id: number) => void): Column<Entity> => ({
  header: "Name",
  leads: true,
  cell: ({ id, name, code }) => (
    <UnstyledButton className="row-link" fw={500} onClick={() => open(id)}>
      {name || code}
    </UnstyledButton>
  ),
  csv: ({ name }) => name,
});

export const codeColumn: Column<Entity> = {
  header: "Code",
  cell: ({ code }) => code,
  csv: ({ code }) => code,
};

export const parentColumn = (header: string): Column<Entity> => ({
  header,
  cell: ({ parent }) => parent?.name ?? <Nothing />,
  csv: ({ parent }) => parent?.code,
});

export const conceptColumn: Column<Entity> = {
  header: "Concept",
  cell: ({ concept }) => concept?.name ?? <Nothing />,
  csv: ({ concept }) => concept?.code,
};

export const childrenColumn = (header: string): Column<Entity> => ({
  header,
  align: "right",
  cell: ({ childCount }) => childCount,
  csv: ({ childCount }) => childCount,
});

export const activeColumn: Column<Entity> = {
  header: "State",
  cell: ({ isActive }) => (
    <StatusBadge tone={isActive ? "good" : "quiet"}>{isActive ? "Active" : "Inactive"}</StatusBadge>
  ),
  csv: ({ isActive }) => isActive,
};
