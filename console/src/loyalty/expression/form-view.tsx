import { Alert, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useOrganisation } from "../../shell/organisation.ts";
import { tellError } from "../../ui/notify.ts";
import { catalogueFrom } from "./catalogue.ts";
import { useConditionContext } from "./condition-context.ts";
import { GroupEditor } from "./group-editor.tsx";
import { catalogueQuery, type Place, treeQuery } from "./queries.ts";
import { fromTop, type GroupTree, type RuleTree, stripNot, topGroup } from "./tree.ts";

/** A tree and the text that the server wrote for it; null while it is being written. */
interface Edited {
  readonly tree: RuleTree;
  readonly text: string | null;
}

/**
 * The tree of a condition, as it is edited. The text is what is saved: the server reads the tree from it, and writes it anew for
 * each change of the tree, the last of which counts.
 */
const useTree = (value: string, onChange: (text: string) => void) => {
  const { api } = useOrganisation();
  const { awaitWriting } = useConditionContext();
  const [edited, setEdited] = useState<Edited | null>(null);
  const turn = useRef(0);
  const isOwn = edited !== null && (edited.text === null || edited.text === value);
  const { data, isError } = useQuery({ ...treeQuery(api, value), enabled: !isOwn && value.trim() !== "" });
  const write = async (tree: RuleTree) => {
    turn.current += 1;
    const own = turn.current;
    setEdited({ tree, text: null });
    try {
      const { text } = await api.post("/api/expressions/text", { body: { tree } });
      if (own !== turn.current) return;
      setEdited({ tree, text });
      onChange(text);
    } catch (error) {
      tellError(error);
    }
  };
  return {
    tree: isOwn ? edited.tree : value.trim() === "" ? null : data,
    isError,
    change: (tree: RuleTree) => awaitWriting(write(tree)),
  };
};

/** A condition as a form: groups and rows of inputs. What cannot be read has no form; its text is mended first. */
export const FormView = ({
  value,
  place,
  onChange,
}: {
  value: string;
  place: Place;
  onChange: (text: string) => void;
}) => {
  const { api } = useOrganisation();
  const { data: answer } = useQuery(catalogueQuery(api, place));
  const catalogue = useMemo(() => answer && catalogueFrom(answer), [answer]);
  const { tree, isError, change } = useTree(value, onChange);
  if (tree === null || isError)
    return (
      <Alert color="gold" variant="light" py="xs">
        <Text size="sm">
          The condition cannot be read as it stands. Mend its text, and it has a form again.
        </Text>
      </Alert>
    );
  if (tree === undefined || catalogue === undefined) return <Skeleton h={72} radius="md" />;
  const { group, isShown } = topGroup(tree);
  const isNegatedGroup = tree.kind === "not" && topGroup(stripNot(tree).part).isShown;
  return (
    <GroupEditor
      tree={isShown || isNegatedGroup ? tree : group}
      number=""
      depth={0}
      catalogue={catalogue}
      place={place}
      onChange={(next) => {
        if (next === null || next.kind === "not") change(next ?? fromTop({ kind: "all", items: [] }));
        else change(fromTop(next as GroupTree));
      }}
    />
  );
};
