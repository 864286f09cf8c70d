import {
  Badge,
  Button,
  Card,
  Group,
  Modal,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { IconSettings } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import type { Setting } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Nothing } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { SearchBox } from "../ui/search-box.tsx";
import { EmptyState, messageOf } from "../ui/states.tsx";
import { settingsQuery } from "./queries.ts";

const route = getRouteApi("/$org/admin/settings");

const isOn = (value: string | null): boolean => value === "1" || value?.toLowerCase() === "true";

const shown = ({ type, value }: Setting): string | null =>
  type === "flag" ? (isOn(value) ? "On" : "Off") : value;

const columnsOf = (edit: ((setting: Setting) => void) | null): Column<Setting>[] => [
  {
    header: "Setting",
    leads: true,
    cell: ({ key, description }) => (
      <div style={{ maxWidth: 620 }}>
        <Text size="sm" fw={500}>
          {description}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {key}
        </Text>
      </div>
    ),
  },
  {
    header: "Value",
    cell: (setting) => (
      <Group gap={6} wrap="nowrap">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {shown(setting) ?? <Nothing />}
        </Text>
        {setting.isOwn && <Badge color="gray">set</Badge>}
      </Group>
    ),
  },
  ...(edit
    ? [
        {
          header: "Change",
          align: "right" as const,
          cell: (setting: Setting) => (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => edit(setting)}
              aria-label={`Change ${setting.key}`}
            >
              Change
            </Button>
          ),
        },
      ]
    : []),
];

/** Settings by their documented names. */
export const SettingsPage = () => {
  const { api, may } = useOrganisation();
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(settingsQuery(api));
  const [edited, setEdited] = useState<Setting | null>(null);
  const wanted = q.toLowerCase();
  const rows = data?.items.filter(
    ({ key, description }) =>
      key.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted),
  );
  return (
    <Page
      title="Settings"
      description="How this organisation’s instance behaves, under the names that integrators know."
    >
      <Card padding={0}>
        <Group px="lg" py="sm">
          <SearchBox
            label="Find a setting"
            value={q}
            onSearch={(text) =>
              void navigate({ search: { q: text === "" ? undefined : text }, replace: true })
            }
            style={{ flex: 1 }}
            maw={380}
          />
        </Group>
        <DataTable
          label="Settings"
          columns={columnsOf(may("Organization:write") ? setEdited : null)}
          rows={rows}
          rowKey={({ key }) => key}
          error={error}
          onRetry={() => void refetch()}
          empty={<EmptyState icon={IconSettings} title="No setting is called that" compact />}
        />
      </Card>
      {edited && <SettingForm key={edited.key} setting={edited} onClose={() => setEdited(null)} />}
    </Page>
  );
};

const SettingForm = ({ setting, onClose }: { setting: Setting; onClose: () => void }) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [value, setValue] = useState(setting.value ?? "");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const save = async () => {
    setBusy(true);
    try {
      await api.put("/api/settings/{key}", { params: { key: setting.key }, body: { value } });
      await refresh(queryClient, api, "/settings");
      tell("The setting was changed.");
      onClose();
    } catch (error) {
      setFailure(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Change a setting">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stack gap="md">
          <div>
            <Text size="sm">{setting.description}</Text>
            <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
              {setting.key}
            </Text>
          </div>
          <ValueInput setting={setting} value={value} failure={failure} onChange={setValue} />
          <Text size="sm" c="dimmed">
            Without a value of its own, the organisation has {setting.default ?? "none"}.
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

const ValueInput = ({
  setting,
  value,
  failure,
  onChange,
}: {
  setting: Setting;
  value: string;
  failure: string | null;
  onChange: (value: string) => void;
}) => {
  switch (setting.type) {
    case "flag":
      return (
        <Switch
          label={isOn(value) ? "On" : "Off"}
          checked={isOn(value)}
          onChange={({ currentTarget }) => onChange(currentTarget.checked ? "1" : "0")}
          error={failure}
        />
      );
    case "choice":
      return (
        <Select
          label="Value"
          data={setting.choices ?? []}
          allowDeselect={false}
          value={value}
          onChange={(chosen) => onChange(chosen ?? "")}
          error={failure}
        />
      );
    case "number":
      return (
        <NumberInput
          label="Value"
          value={value}
          onChange={(next) => onChange(String(next))}
          error={failure}
          data-autofocus
        />
      );
    default:
      return (
        <TextInput
          label="Value"
          value={value}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
          error={failure}
          data-autofocus
        />
      );
  }
};
