import { Select, SimpleGrid, Stack, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { entitiesQuery } from "../admin/queries.ts";
import type { ImportRun } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Panel } from "../ui/panel.tsx";

/** How the rows are meant, as the server takes it; what is absent has the server's default. */
export interface ImportOptions {
  asOf?: "bill" | "now";
  registerUnknown?: boolean;
  setAsideReturns?: boolean;
  matchReturns?: boolean;
  defaultTill?: string;
  dateFormat?: "iso" | "dmy" | "mdy" | "ymd";
  decimal?: "." | ",";
}

export const DEFAULT_OPTIONS: ImportOptions = { setAsideReturns: true };

const DATE_FORMATS: { value: NonNullable<ImportOptions["dateFormat"]>; label: string }[] = [
  { value: "iso", label: "2026-03-04 18:20" },
  { value: "dmy", label: "04/03/2026 (day first)" },
  { value: "mdy", label: "03/04/2026 (month first)" },
  { value: "ymd", label: "2026/03/04" },
];

/** The date format that the file's values look like, as far as it is one of ours. */
export const withDateFormat = (options: ImportOptions, suggested: string | null): ImportOptions => {
  const known = DATE_FORMATS.find(({ value }) => value === suggested);
  return known === undefined ? options : { ...options, dateFormat: known.value };
};

const OF_BILLS = ["asOf", "registerUnknown", "setAsideReturns", "matchReturns"] as const;
/** Options that the server refuses for a kind, because they do nothing for it. */
const IDLE: Record<ImportRun["kind"], readonly (keyof ImportOptions)[]> = {
  customers: [...OF_BILLS, "decimal"],
  transactions: [],
  points: OF_BILLS,
  campaign: [...OF_BILLS, "dateFormat"],
};

/** The options that a file of that kind takes. */
export const optionsFor = (kind: ImportRun["kind"], options: ImportOptions): ImportOptions => {
  const rest = { ...options };
  for (const name of IDLE[kind]) delete rest[name];
  return rest;
};

const takes = (kind: ImportRun["kind"], name: keyof ImportOptions): boolean => !IDLE[kind].includes(name);

/** What a file cannot say by itself. */
export const ImportOptionsForm = ({
  kind,
  options,
  onChange,
}: {
  kind: ImportRun["kind"];
  options: ImportOptions;
  onChange: (options: ImportOptions) => void;
}) => {
  const { api } = useOrganisation();
  const { data: tills } = useQuery(entitiesQuery(api, "TILL", {}, 100));
  return (
    <Panel title="How the rows are meant">
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          {takes(kind, "dateFormat") && (
            <Select
              label="Dates read"
              allowDeselect={false}
              data={DATE_FORMATS}
              value={options.dateFormat ?? "iso"}
              onChange={(value) =>
                onChange({ ...options, dateFormat: value as NonNullable<ImportOptions["dateFormat"]> })
              }
            />
          )}
          {takes(kind, "decimal") && (
            <Select
              label="Decimal sign"
              allowDeselect={false}
              data={[
                { value: ".", label: "Point: 12.50" },
                { value: ",", label: "Comma: 12,50" },
              ]}
              value={options.decimal ?? "."}
              onChange={(value) => onChange({ ...options, decimal: value as "." | "," })}
            />
          )}
          <Select
            label="Till of rows that name none"
            placeholder="None"
            searchable
            clearable
            data={
              tills?.items.map(({ code, name }) => ({
                value: code,
                label: name === code ? code : `${name} (${code})`,
              })) ?? []
            }
            value={options.defaultTill ?? null}
            onChange={(value) => {
              const { defaultTill: _, ...rest } = options;
              onChange(value === null ? rest : { ...rest, defaultTill: value });
            }}
          />
        </SimpleGrid>
        {kind === "transactions" && <BillSwitches options={options} onChange={onChange} />}
      </Stack>
    </Panel>
  );
};

const BillSwitches = ({
  options,
  onChange,
}: {
  options: ImportOptions;
  onChange: (options: ImportOptions) => void;
}) => (
  <>
    <Switch
      label="Register members who are not known yet"
      description="Dated at their first purchase in the file"
      checked={options.registerUnknown ?? false}
      onChange={({ currentTarget }) => onChange({ ...options, registerUnknown: currentTarget.checked })}
    />
    <Switch
      label="Set bills with negative amounts aside"
      description="Otherwise they are rejected"
      checked={options.setAsideReturns ?? false}
      onChange={({ currentTarget }) => onChange({ ...options, setAsideReturns: currentTarget.checked })}
    />
    <Switch
      label="Match returns"
      description="Bills with negative quantities go back to the member’s newest earlier bills with those items"
      checked={options.matchReturns ?? false}
      onChange={({ currentTarget }) => onChange({ ...options, matchReturns: currentTarget.checked })}
    />
    <Switch
      label="Points count from the bill’s date"
      description="As for a history. Otherwise they count as if the purchases happened now"
      checked={(options.asOf ?? "bill") === "bill"}
      onChange={({ currentTarget }) => onChange({ ...options, asOf: currentTarget.checked ? "bill" : "now" })}
    />
  </>
);
