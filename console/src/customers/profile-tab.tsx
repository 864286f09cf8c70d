import { Grid, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { refresh } from "../api/query.ts";
import type { Customer } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { KeyValue } from "../ui/key-value.tsx";
import { tell, tellWarning } from "../ui/notify.ts";
import { Panel } from "../ui/panel.tsx";
import { MemberForm } from "./member-form.tsx";
import { valuesOf } from "./member-values.ts";
import { identifierName, identifierText, plainWords, sourceName } from "./names.ts";
import { customerQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/profile");

/** What is known of the member, and the form that changes it. */
export const ProfileTab = () => {
  const { api, may } = useOrganisation();
  const { memberId } = route.useParams();
  const { data: customer } = useQuery(customerQuery(api, memberId));
  const queryClient = useQueryClient();
  const initial = useMemo(() => (customer ? valuesOf(customer) : null), [customer]);
  if (customer === undefined || initial === null) return <Skeleton h={320} radius="lg" />;
  const save = async (changes: Record<string, unknown>) => {
    const { warnings } = await api.put("/api/customers/{id}", { params: { id: memberId }, body: changes });
    tell("The changes were saved.");
    for (const { message } of warnings) tellWarning(message);
    await refresh(queryClient, api, "/customers");
  };
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Panel title="Profile">
          <MemberForm
            key={memberId}
            draftKey={`${api.orgId}:member:${memberId}`}
            initial={initial}
            action="Save"
            readOnly={!may("Customer:write")}
            onSave={save}
          />
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack gap="md">
          <Identifiers customer={customer} />
          <Channels customer={customer} />
          <Record customer={customer} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
};

const Identifiers = ({ customer: { identifiers } }: { customer: Customer }) => (
  <Panel title="Identifiers" description="By the source that knows the member by them">
    {identifiers.length === 0 ? (
      <Text size="sm" c="dimmed">
        None
      </Text>
    ) : (
      <KeyValue
        items={identifiers.map(({ source, accountId, type, value }) => ({
          label: `${identifierName(type)}, ${sourceName(source, accountId).toLowerCase()}`,
          value: identifierText(type, value),
        }))}
      />
    )}
  </Panel>
);

const yesNo = (value: boolean | null): string => (value === null ? "Not asked" : value ? "Yes" : "No");

const Channels = ({ customer: { channels } }: { customer: Customer }) => (
  <Panel title="Channels" flush>
    {channels.length === 0 ? (
      <Text size="sm" c="dimmed" px="lg" pb="md">
        None
      </Text>
    ) : (
      <Table.ScrollContainer minWidth={360}>
        <Table verticalSpacing={8} horizontalSpacing="lg">
          <Table.Thead>
            <Table.Tr>
              <Table.Th fz="xs">Channel</Table.Th>
              <Table.Th fz="xs">Verified</Table.Th>
              <Table.Th fz="xs">Subscribed</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {channels.map(({ type, value, primary, verified, subscribed }) => (
              <Table.Tr key={`${type}:${value}`}>
                <Table.Td>
                  <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                    {value}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {identifierName(type)}
                    {primary && ", primary"}
                  </Text>
                </Table.Td>
                <Table.Td>{yesNo(verified)}</Table.Td>
                <Table.Td>{yesNo(subscribed)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    )}
  </Panel>
);

const Record = ({ customer }: { customer: Customer }) => (
  <Panel title="Record">
    <KeyValue
      items={[
        { label: "Member id", value: customer.id },
        { label: "Kind", value: plainWords(customer.loyaltyType) },
        { label: "Registered", value: <DateTime value={customer.registeredAt} /> },
        { label: "Registered at", value: customer.registeredStore?.name ?? customer.registeredTill?.name },
        { label: "Source", value: customer.source ? plainWords(customer.source) : null },
        { label: "Changed", value: <DateTime value={customer.updatedAt} /> },
        ...Object.entries(customer.customFields).map(([label, value]) => ({ label, value: String(value) })),
      ]}
    />
  </Panel>
);
