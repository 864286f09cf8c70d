import { Skeleton, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useOrganisation } from "../../shell/organisation.ts";
import type { CodeParts } from "./code-input.tsx";
import type { Place } from "./queries.ts";

/** The editor is larger than all the rest of the page: it comes when a text is looked at. */
const CodeInput = lazy(() => import("./code-input.tsx").then((module) => ({ default: module.CodeInput })));

const PAUSE_MILLISECONDS = 150;

/** A condition as its text, with what stands at the cursor told below it. */
export const TextView = ({
  place,
  ...parts
}: Omit<CodeParts, "complete" | "hover" | "onCursor"> & { place: Place }) => {
  const { api } = useOrganisation();
  const [cursor, setCursor] = useState(-1);
  const [at] = useDebouncedValue(cursor, PAUSE_MILLISECONDS);
  const [text] = useDebouncedValue(parts.value, PAUSE_MILLISECONDS);
  const ask = { ...place, text: text.slice(0, 20_000) };
  const hover = (body: typeof ask & { offset: number }) =>
    api.post("/api/expressions/hover", { body }).then((answer) => answer.hover);
  const { data: about } = useQuery({
    queryKey: [api.orgId, "expression-hover", place.lines, place.tenders, place.trackers, text, at],
    queryFn: () => hover({ ...ask, offset: Math.min(at, text.length) }),
    enabled: at >= 0 && text !== "",
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <>
      <Suspense fallback={<Skeleton h={39} radius="md" />}>
        <CodeInput
          {...parts}
          complete={(now, offset) =>
            api.post("/api/expressions/completions", { body: { ...place, text: now, offset } })
          }
          hover={(now, offset) => hover({ ...place, text: now, offset })}
          onCursor={setCursor}
        />
      </Suspense>
      {at >= 0 && about && (
        <Text size="xs" c="dimmed" mt={6}>
          <code>{about.type === null ? about.title : `${about.title}: ${about.type}`}</code> {about.doc}
          {about.source !== "known" && " Nothing fills it yet: it is never known."}
        </Text>
      )}
    </>
  );
};
