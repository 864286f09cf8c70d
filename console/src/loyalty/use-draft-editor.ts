import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { Problem, Program, ProgramDefinition } from "../api/programs.ts";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { tellError } from "../ui/notify.ts";
import { useDraft } from "../ui/use-draft.ts";
import { FIRST_DEFINITION } from "./draft.ts";
import type { EditorParts } from "./tiers-editor.tsx";

/** What the server found in a draft: what keeps it from being published, and what does not. */
interface Findings {
  problems: Problem[];
  warnings: Problem[];
}

/** The draft of a program as it is edited: kept in the tab with each change, saved and judged by the server when asked. */
export const useDraftEditor = (program: Program) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const local = useDraft<ProgramDefinition>(`${api.orgId}:program:${program.id}`);
  const saved = program.draft ?? program.definition ?? FIRST_DEFINITION;
  const [definition, setDefinition] = useState(local.found ?? saved);
  // What arrives late changes what is there then, not what was there when it was asked for.
  const latest = useRef(definition);
  const writing = useRef(new Set<Promise<unknown>>());
  const [{ problems, warnings }, setFindings] = useState<Findings>({ problems: [], warnings: [] });
  const [busy, setBusy] = useState(false);
  const [unsaved, setUnsaved] = useState(local.found !== null);

  const change: EditorParts["change"] = (next) => {
    latest.current = typeof next === "function" ? next(latest.current) : next;
    setDefinition(latest.current);
    setUnsaved(true);
    local.keep(latest.current);
  };
  /** Saving waits for what is still on its way into the draft. */
  const awaitWriting = (change: Promise<unknown>): void => {
    const done = change.catch(() => {}).finally(() => writing.current.delete(done));
    writing.current.add(done);
  };
  /** Problems that the server found; null when it could not be asked. */
  const save = async (): Promise<Problem[] | null> => {
    setBusy(true);
    try {
      await Promise.all(writing.current);
      const sent = latest.current;
      const answer = await api.put("/api/programs/{id}/draft", {
        params: { id: program.id },
        body: { definition: sent },
      });
      setFindings(answer);
      if (latest.current === sent) {
        setUnsaved(false);
        local.discard();
      }
      await refresh(queryClient, api, "/programs");
      return answer.problems;
    } catch (error) {
      tellError(error);
      return null;
    } finally {
      setBusy(false);
    }
  };
  /** From a local time of the organisation on; null: now. */
  const publish = async (effectiveFrom: string | null) => {
    await api.post("/api/programs/{id}/publish", { params: { id: program.id }, body: { effectiveFrom } });
    local.discard();
    await refresh(queryClient, api, "/programs");
  };
  return { definition, problems, warnings, busy, unsaved, change, awaitWriting, save, publish };
};
