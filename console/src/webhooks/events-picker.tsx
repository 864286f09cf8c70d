import { Accordion, Badge, Box, Button, Checkbox, Group, Input, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { WebhookArea } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { ErrorState } from "../ui/states.tsx";
import { EventSchema } from "./event-schema.tsx";
import { eventsQuery } from "./queries.ts";

interface Parts {
  value: string[];
  onChange: (names: string[]) => void;
  error: ReactNode;
}

/** Events by area, each with the schema of its body. */
export const EventsPicker = ({ value, onChange, error }: Parts) => {
  const { api } = useOrganisation();
  const events = useQuery(eventsQuery(api));
  const [shown, setShown] = useState<string | null>(null);
  return (
    <Input.Wrapper
      label="Events"
      labelElement="div"
      required
      error={error}
      description="Those that this version does not make yet can be chosen already; they come when it does"
    >
      {events.error !== null && events.data === undefined && <ErrorState error={events.error} />}
      {events.isPending && <Skeleton h={200} mt="xs" />}
      {events.data !== undefined && (
        <Accordion multiple variant="separated" mt="xs" chevronPosition="left" order={3}>
          {events.data.areas.map((area) => (
            <Area key={area.name} area={area} value={value} onChange={onChange} onShow={setShown} />
          ))}
        </Accordion>
      )}
      {shown !== null && <EventSchema name={shown} onClose={() => setShown(null)} />}
    </Input.Wrapper>
  );
};

const Area = ({
  area: { name, events },
  value,
  onChange,
  onShow,
}: Omit<Parts, "error"> & { area: WebhookArea; onShow: (name: string) => void }) => {
  const names = events.map((event) => event.name);
  const chosen = names.filter((item) => value.includes(item));
  const others = value.filter((item) => !names.includes(item));
  const all = chosen.length === names.length;
  const toggle = (item: string, isChosen: boolean) =>
    onChange(isChosen ? [...value, item] : value.filter((other) => other !== item));
  return (
    <Accordion.Item value={name}>
      <Accordion.Control>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm" fw={500}>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {chosen.length} of {names.length}
          </Text>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="sm">
          <Checkbox
            label={`All of ${name.toLowerCase()}`}
            checked={all}
            indeterminate={!all && chosen.length > 0}
            onChange={({ currentTarget: { checked } }) => onChange(checked ? [...others, ...names] : others)}
          />
          {events.map((event) => (
            <Group key={event.name} justify="space-between" align="flex-start" wrap="nowrap" gap="xs">
              <Checkbox
                label={
                  <Box component="span" style={{ overflowWrap: "anywhere" }}>
                    {event.name}
                  </Box>
                }
                description={event.summary}
                checked={value.includes(event.name)}
                onChange={({ currentTarget: { checked } }) => toggle(event.name, checked)}
              />
              <Stack gap={4} align="flex-end">
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() => onShow(event.name)}
                  aria-label={`Schema of ${event.name}`}
                >
                  Schema
                </Button>
                {!event.isActive && (
                  <Badge color="gray" size="xs">
                    Not yet
                  </Badge>
                )}
              </Stack>
            </Group>
          ))}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
};
