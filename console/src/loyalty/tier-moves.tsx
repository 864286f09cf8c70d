import { List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Program, ProgramDefinition } from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { counted } from "../ui/format.ts";
import { useFormat } from "../ui/format-context.tsx";

/** Who would change tiers when a draft is published: nothing is said when nobody would. */
export const TierMoves = ({ program, definition }: { program: Program; definition: ProgramDefinition }) => {
  const { api } = useOrganisation();
  const format = useFormat();
  const { data } = useQuery({
    queryKey: [api.orgId, "tier-moves", program.id, definition],
    queryFn: () =>
      api.post("/api/programs/{id}/tier-moves", {
        params: { id: program.id },
        body: { definition: definition as unknown as Record<string, unknown> },
      }),
  });
  const moves = data?.moves ?? [];
  if (moves.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        Tiers change:
      </Text>
      <List size="sm">
        {moves.map(({ from, to, isRemoved, members }) => {
          const who = `${format.number(members)} ${counted(members, "member")}`;
          return (
            <List.Item key={from.number}>
              {isRemoved
                ? `${from.name} goes: ${who} ${members === 1 ? "moves" : "move"} to ${to.name}.`
                : from.name === to.name
                  ? `${from.name} becomes tier ${to.number}; ${who} ${members === 1 ? "stays" : "stay"} in it.`
                  : `${from.name} is called ${to.name} from now on; ${who} ${members === 1 ? "stays" : "stay"} in it.`}
            </List.Item>
          );
        })}
      </List>
    </Stack>
  );
};
