import { Select, Table, Text } from "@mantine/core";
import type { ImportPreview } from "../api/types.ts";
import { Panel } from "../ui/panel.tsx";
import { assign, fieldOf, type Mapping, samplesOf } from "./mapping.ts";

/** Which column feeds which field: the server's suggestion, to be corrected, beside values of the file. */
export const MappingTable = ({
  preview,
  mapping,
  onChange,
}: {
  preview: ImportPreview;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}) => (
  <Panel title="Columns" description="Suggested by their names; correct what is wrong" flush>
    <Table.ScrollContainer minWidth={520}>
      <Table horizontalSpacing="lg" verticalSpacing={8}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th fz="xs">Column of the file</Table.Th>
            <Table.Th fz="xs">First values</Table.Th>
            <Table.Th fz="xs" w={260}>
              Is
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.headers.map((header) => (
            <Table.Tr key={header}>
              <Table.Td fw={500}>{header}</Table.Td>
              <Table.Td>
                <Text size="sm" c="dimmed" lineClamp={1} maw={280}>
                  {samplesOf(preview, header).join(", ") || "empty"}
                </Text>
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={`What ${header} is`}
                  placeholder="Not imported"
                  clearable
                  searchable
                  size="xs"
                  data={preview.targets.map(({ field, label, required }) => ({
                    value: field,
                    label: required ? `${label} (needed)` : label,
                  }))}
                  value={fieldOf(mapping, header)}
                  onChange={(field) => onChange(assign(mapping, header, field))}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  </Panel>
);
