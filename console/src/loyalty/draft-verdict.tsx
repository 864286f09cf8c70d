import { Alert, List, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import type { Problem, ProgramDefinition } from "../api/programs.ts";
import { otherProblems, shownPaths } from "./draft.ts";
import { SECTION_KEYS, SECTIONS, sectionOf } from "./draft-problems.ts";
import { pathWords } from "./path-words.ts";

/** What the server says of the draft: what keeps it from being published, and where that stands. */
export const Verdict = ({
  problems,
  warnings,
  definition,
  checked,
}: {
  problems: Problem[];
  warnings: Problem[];
  definition: ProgramDefinition;
  checked: boolean;
}) => {
  if (problems.length === 0) {
    if (!checked) return null;
    return warnings.length > 0 ? (
      <Warnings warnings={warnings} />
    ) : (
      <Alert color="pine" variant="light" icon={<IconCircleCheck size={18} />} py="xs">
        Nothing stands against publishing this draft.
      </Alert>
    );
  }
  const others = otherProblems(problems, shownPaths(definition));
  return (
    <Alert color="clay" variant="light" title="The draft cannot be published yet" role="alert">
      {others.length === 0 ? (
        <Text size="sm">What is wrong stands beside the fields, under {listed(problems)}.</Text>
      ) : (
        <List size="sm">
          {others.map(({ path, message }) => (
            <List.Item key={`${path}:${message}`}>
              {path === "" ? message : `${pathWords(path, definition)}: ${message}`}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
};

/** What does not keep a draft from being published, and keeps it from doing what it says. */
export const Warnings = ({ warnings }: { warnings: Problem[] }) => (
  <Alert
    color="gold"
    variant="light"
    title="It can be published, but will not do all that it says"
    role="alert"
  >
    <List size="sm">
      {warnings.map(({ path, message }) => (
        <List.Item key={`${path}:${message}`}>
          {path} {message}
        </List.Item>
      ))}
    </List>
  </Alert>
);

/** The parts in which something is wrong, by name. */
const listed = (problems: readonly Problem[]): string => {
  const sections = new Set(problems.map(sectionOf));
  return SECTION_KEYS.filter((key) => sections.has(key))
    .map((key) => SECTIONS[key].label)
    .join(", ");
};
