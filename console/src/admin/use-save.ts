import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { placeError } from "../ui/form-errors.ts";

/**
 * Sends a form: busy while it goes, the server's objections at the fields that they name, the rest in `failure`; the paths
 * given are read anew when it worked.
 */
export const useSave = (
  form: { setErrors: (errors: Record<string, string>) => void },
  fields: readonly string[],
  paths: readonly string[],
) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  /** What the server answered; undefined when it refused. */
  const save = async <T>(send: () => Promise<T>): Promise<T | undefined> => {
    setBusy(true);
    setFailure(null);
    try {
      const answer = await send();
      await refresh(queryClient, api, ...paths);
      return answer;
    } catch (error) {
      const placed = placeError(error, fields);
      form.setErrors(placed.fields);
      setFailure(placed.general);
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { save, busy, failure };
};
