import { Button, Select, type SelectProps } from "@mantine/core";
import { IconFilterOff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { DayBox } from "../ui/day-box.tsx";
import classes from "./ledger.module.css";
import { CATEGORIES, plainWords } from "./names.ts";
import { PlacePicker } from "./place-picker.tsx";
import { balancesQuery, type LedgerFilter } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/loyalty");

const NOTHING: LedgerFilter = {
  entries: undefined,
  category: undefined,
  currency: undefined,
  program: undefined,
  store: undefined,
  till: undefined,
  from: undefined,
  until: undefined,
};

/** What the address narrows the ledger to, and ways to change it. */
export const useLedgerFilter = () => {
  const { entries, category, currency, program, store, till, from, until } = route.useSearch();
  const navigate = route.useNavigate();
  const filter: LedgerFilter = { entries, category, currency, program, store, till, from, until };
  const narrow = (change: LedgerFilter) =>
    void navigate({
      // The event that was linked to need not match.
      search: (previous) => ({
        ...previous,
        event: undefined,
        after: undefined,
        page: undefined,
        ...change,
      }),
      replace: true,
      resetScroll: false,
    });
  return {
    filter,
    narrow,
    isNarrowed: Object.values(filter).some((value) => value !== undefined),
    clear: () => narrow(NOTHING),
  };
};

const ENTRIES = [
  { value: "", label: "All entries" },
  { value: "credit", label: "Credits" },
  { value: "debit", label: "Debits" },
  { value: "opening", label: "Opening balances" },
];

/** Narrows the ledger. Programs and currencies are offered where the member has several. */
export const LedgerFilters = () => {
  const { may } = useOrganisation();
  const { filter, narrow, isNarrowed, clear } = useLedgerFilter();
  const { programs, currencies } = useAccounts(filter);
  const { entries, category, currency, program, store, till, from, until } = filter;
  const isBackward = from !== undefined && until !== undefined && from > until;
  return (
    <search className={classes.filters} aria-label="Narrow the ledger">
      <Select
        size="xs"
        aria-label="Entries"
        data={ENTRIES}
        value={entries ?? ""}
        allowDeselect={false}
        onChange={(value) =>
          narrow({ entries: value === "" ? undefined : (value as LedgerFilter["entries"]) })
        }
      />
      <Choice
        label="Category"
        placeholder="Any category"
        data={CATEGORIES.map((value) => ({ value, label: plainWords(value) }))}
        value={category}
        onPick={(value) => narrow({ category: value as LedgerFilter["category"] })}
      />
      {currencies.length > 1 && (
        <Choice
          label="Currency"
          placeholder="Any currency"
          data={currencies}
          value={currency}
          onPick={(value) => narrow({ currency: value })}
        />
      )}
      {programs.length > 1 && (
        <Choice
          label="Program"
          placeholder="Any program"
          data={programs}
          value={program}
          onPick={(value) => narrow({ program: value })}
        />
      )}
      {may("Organization:read") && (
        <PlacePicker
          size="xs"
          aria-label="Store or till"
          placeholder="Any place"
          clearButtonProps={{ "aria-label": "Any place" }}
          store={store}
          till={till}
          onPick={narrow}
        />
      )}
      <DayBox
        className={classes.day!}
        size="xs"
        label="From"
        value={from}
        onPick={(day) => narrow({ from: day })}
      />
      <DayBox
        className={classes.day!}
        size="xs"
        label="Until"
        value={until}
        onPick={(day) => narrow({ until: day })}
        error={isBackward && "Before the first day"}
      />
      {isNarrowed && (
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconFilterOff size={14} stroke={1.5} aria-hidden />}
          onClick={clear}
        >
          Clear
        </Button>
      )}
    </search>
  );
};

/** A filter of which one may be chosen, or none. */
const Choice = ({
  label,
  placeholder,
  data,
  value,
  onPick,
}: {
  label: string;
  placeholder: string;
  data: NonNullable<SelectProps["data"]>;
  value: string | undefined;
  onPick: (value: string | undefined) => void;
}) => (
  <Select
    size="xs"
    aria-label={label}
    placeholder={placeholder}
    clearable
    clearButtonProps={{ "aria-label": placeholder }}
    data={data}
    value={value ?? null}
    onChange={(picked) => onPick(picked ?? undefined)}
  />
);

/** Programs and currencies of the member's accounts, and those of the address. */
const useAccounts = ({ program, currency }: LedgerFilter) => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const accounts = useQuery(balancesQuery(api, memberId)).data?.items ?? [];
  const programs = new Map(accounts.map(({ programId, programName }) => [String(programId), programName]));
  const currencies = new Map(
    accounts.map(({ currencyId, currency: name }) => [
      String(currencyId),
      currencyId === 0 ? plainWords(name) : name,
    ]),
  );
  return { programs: optionsOf(programs, program), currencies: optionsOf(currencies, currency) };
};

/** A choice of the address stays on offer, so that it can be seen and taken back. */
const optionsOf = (names: ReadonlyMap<string, string>, chosen: string | undefined) => {
  const all = [...names].map(([value, label]) => ({ value, label }));
  return chosen === undefined || names.has(chosen) ? all : [...all, { value: chosen, label: chosen }];
};
