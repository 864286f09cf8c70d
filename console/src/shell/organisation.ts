import { getRouteApi } from "@tanstack/react-router";
import type { ApiClient } from "../api/client.ts";
import type { SessionOrganisation } from "../api/types.ts";

const route = getRouteApi("/$org");

export interface OrganisationContext {
  readonly organisation: SessionOrganisation;
  readonly api: ApiClient;
  readonly userName: string;
  /** Whether the person may, for example `may("Customer:write")`. */
  readonly may: (permission: string) => boolean;
}

/** The organisation of the address, how to speak to the server for it, and what the person may do there. */
export const useOrganisation = (): OrganisationContext => {
  const { organisation, api, session } = route.useRouteContext();
  return {
    organisation,
    api,
    userName: session.user.name,
    may: (permission) => organisation.permissions.includes(permission),
  };
};
