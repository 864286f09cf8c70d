import { Highlight, Loader, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight } from "@mantine/spotlight";
import {
  IconBuildingStore,
  IconFileImport,
  IconHelp,
  IconReceipt,
  IconSearch,
  IconUser,
  IconUserPlus,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { apiQuery } from "../api/query.ts";
import { identifierText } from "../customers/names.ts";
import { useFormat } from "../ui/format-context.tsx";
import { AREAS } from "./areas.ts";
import { useOrganisation } from "./organisation.ts";
import classes from "./palette.module.css";
import { entityScreen, matches, SCREENS } from "./palette-entries.ts";

interface Entry {
  id: string;
  label: string;
  detail?: string | undefined;
  icon: ReactNode;
  run: () => void;
}

/** Finds members, bills, stores and tills, screens and actions from anywhere. */
export const Palette = ({ onHelp }: { onHelp: () => void }) => {
  const [query, setQuery] = useState("");
  const found = useFound(query);
  const local = useLocal(query, onHelp);
  const groups = [...found.groups, ...local].filter(({ entries }) => entries.length > 0);
  const list = useFirstSelected(groups[0]?.entries[0]?.id);
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      scrollable
      maxHeight={440}
      radius="lg"
      size={620}
      centered={false}
      yOffset={88}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      attributes={{ content: { "aria-label": "Search" } }}
    >
      <Spotlight.Search
        placeholder="Name, phone, e-mail, bill number, store, screen…"
        aria-label="Search"
        leftSection={<IconSearch size={18} stroke={1.6} aria-hidden />}
        rightSection={found.busy ? <Loader size="xs" aria-label="Searching" /> : null}
      />
      <Spotlight.ActionsList>
        <div ref={list}>
          {groups.map(({ label, entries }) => (
            <Spotlight.ActionsGroup key={label} label={label}>
              {entries.map(({ id, label: text, detail, icon, run }) => (
                <Spotlight.Action key={id} onClick={run} className={classes.entry!}>
                  <div style={{ flex: 1, minWidth: 0, display: "flex", gap: 12, alignItems: "center" }}>
                    <span
                      aria-hidden
                      style={{ display: "inline-flex", color: "var(--mantine-color-dimmed)" }}
                    >
                      {icon}
                    </span>
                    <Highlight
                      highlight={query.trim()}
                      highlightStyles={{ background: "none", color: "inherit", fontWeight: 600 }}
                      size="sm"
                      truncate
                      style={{ flex: 1 }}
                    >
                      {text}
                    </Highlight>
                    {detail && (
                      <Text size="xs" c="dimmed" truncate>
                        {detail}
                      </Text>
                    )}
                  </div>
                </Spotlight.Action>
              ))}
            </Spotlight.ActionsGroup>
          ))}
        </div>
        {groups.length === 0 && !found.busy && (
          <Spotlight.Empty>{found.failed ?? "Nothing is called that."}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
};

/**
 * Selects the first entry when another one becomes the first: Spotlight does so while one types, but what the server finds
 * comes later, and Enter must open it. The mark is an attribute, as Spotlight's own.
 */
const useFirstSelected = (first: string | undefined) => {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (first === undefined) return;
    for (const old of list.current?.querySelectorAll("[data-selected]") ?? [])
      old.removeAttribute("data-selected");
    list.current?.querySelector("[data-action]")?.setAttribute("data-selected", "true");
  }, [first]);
  return list;
};

/** What the server finds for two letters or more. */
const useFound = (query: string) => {
  const { organisation, api, may } = useOrganisation();
  const format = useFormat();
  const navigate = useNavigate();
  const org = organisation.code.toLowerCase();
  const [asked] = useDebouncedValue(query.trim(), 150);
  const active = asked.length >= 2 && query.trim().length >= 2;
  const { data, isFetching, error } = useQuery({
    ...apiQuery(api, "/api/search", { query: { q: asked } }),
    enabled: active,
    placeholderData: (previous) => previous,
  });
  const results = active ? data : undefined;
  const customers = (results?.customers ?? []).map(
    ({ id, name, mobile, email }): Entry => ({
      id: `customer-${id}`,
      label: name || `Member ${id}`,
      detail: mobile ? identifierText("mobile", mobile) : (email ?? undefined),
      icon: <IconUser size={17} stroke={1.6} />,
      run: () => void navigate({ to: "/$org/members/$memberId", params: { org, memberId: String(id) } }),
    }),
  );
  const bills = (results?.transactions ?? []).map(
    ({ id, number, customerId, billedAt, amount }): Entry => ({
      id: `bill-${id}`,
      label: number,
      detail: `${format.money(amount)} · ${format.date(billedAt)}`,
      icon: <IconReceipt size={17} stroke={1.6} />,
      run: () =>
        void (customerId === null
          ? navigate({ to: "/$org/transactions/$transactionId", params: { org, transactionId: String(id) } })
          : navigate({
              to: "/$org/members/$memberId/transactions/$transactionId",
              params: { org, memberId: String(customerId), transactionId: String(id) },
            })),
    }),
  );
  // They open in the administration.
  const places = (may("Organization:write") ? (results?.entities ?? []) : []).map(
    ({ id, type, code, name }): Entry => ({
      id: `entity-${id}`,
      label: name || code,
      detail: `${type.toLowerCase()} ${code}`,
      icon: <IconBuildingStore size={17} stroke={1.6} />,
      run: () => void navigate({ to: entityScreen(type), params: { org }, search: { edit: id } }),
    }),
  );
  return {
    busy: active && isFetching,
    failed: error?.message,
    groups: [
      { label: "Members", entries: customers },
      { label: "Bills", entries: bills },
      { label: "Stores and tills", entries: places },
    ],
  };
};

/** Screens and actions, found without asking the server. */
const useLocal = (query: string, onHelp: () => void) => {
  const { organisation, may } = useOrganisation();
  const navigate = useNavigate();
  const org = organisation.code.toLowerCase();
  const areas = AREAS.filter(({ permission }) => may(permission)).map(
    ({ label, icon: Icon, link }): Entry => ({
      id: `area-${label}`,
      label,
      icon: <Icon size={17} stroke={1.6} />,
      run: () => void navigate({ to: link.to, params: { org } }),
    }),
  );
  const screens = SCREENS.filter(({ permission }) => may(permission)).map(
    ({ label, area, icon: Icon, to }): Entry => ({
      id: `screen-${to}`,
      label,
      detail: area,
      icon: <Icon size={17} stroke={1.6} />,
      run: () => void navigate({ to, params: { org } }),
    }),
  );
  const actions: Entry[] = [];
  if (may("Customer:write")) {
    actions.push({
      id: "add-member",
      label: "Add a member",
      icon: <IconUserPlus size={17} stroke={1.6} />,
      run: () => void navigate({ to: "/$org/members/new", params: { org } }),
    });
  }
  if (may("Import:write")) {
    actions.push({
      id: "start-import",
      label: "Import a file",
      icon: <IconFileImport size={17} stroke={1.6} />,
      run: () => void navigate({ to: "/$org/activity/new", params: { org } }),
    });
  }
  actions.push({
    id: "help",
    label: "Keyboard shortcuts",
    icon: <IconHelp size={17} stroke={1.6} />,
    run: onHelp,
  });
  const shown = query.trim() === "" ? areas : [...areas, ...screens];
  return [
    { label: "Actions", entries: actions.filter(({ label }) => matches(label, query)) },
    { label: "Screens", entries: shown.filter(({ label }) => matches(label, query)) },
  ];
};
