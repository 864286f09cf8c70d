import { Select, Table, Text, type TextProps } from "@mantine/core";
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
    <Table.ScrollContainer minWidth={300}>
      <Table horizontalSpacing="lg" verticalSpacing={8}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th fz="xs">Column of the file</Table.Th>
            <Table.Th fz="xs" visibleFrom="sm">
              First values
            </Table.Th>
            <Table.Th fz="xs" w={{ base: 180, sm: 260 }}>
              Is
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.headers.map((header) => (
            <Table.Tr key={header}>
              <Table.Td fw={500}>
                {header}
                <Samples preview={preview} header={header} hiddenFrom="sm" size="xs" />
              </Table.Td>
              <Table.Td visibleFrom="sm">
                <Samples preview={preview} header={header} size="sm" maw={280} />
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

/** The first values of a column. */
const Samples = ({
  preview,
  header,
  ...rest
}: { preview: ImportPreview; header: string } & Omit<TextProps, "children">) => (
  <Text c="dimmed" fw={400} lineClamp={1} {...rest}>
    {samplesOf(preview, header).join(", ") || "empty"}
  </Text>
);
