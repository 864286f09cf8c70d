import type { Organisation } from "#orgs";
import { md5Text } from "./passwords.ts";
import type { Actor, Role } from "./schema.ts";
import { type Identity, systemActor } from "./service.ts";

/** Headers of a till that signs in with its password. */
export const tillHeaders = (code: string, password: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${code}:${md5Text(password)}`).toString("base64")}`,
});

/** Gives a till credentials and returns the headers of its calls. */
export const signInTill = async (
  identity: Identity,
  organisation: Organisation,
  tillId: number,
  permissions?: readonly string[],
): Promise<{ authorization: string }> => {
  const author = systemActor(organisation.id, "test");
  const input = permissions === undefined ? {} : { permissions };
  const { code, password } = await identity.setTillPassword(author, tillId, input);
  return tillHeaders(code, password);
};

/** The actor that a till's call would have, for tests that call operations directly. */
export const tillActor = (organisation: Organisation, tillId: number): Actor => ({
  ...systemActor(organisation.id, organisation.till(tillId)?.code ?? "till", tillId),
  kind: "till",
  id: tillId,
  source: "API",
});

export interface SignedInUser {
  readonly id: number;
  readonly email: string;
  readonly password: string;
  /** Headers of the person's calls to /api. */
  readonly headers: { readonly cookie: string; readonly "x-cap-api-auth-org-id": string };
}

let made = 0;

/** Makes a person with a role and signs them in. */
export const signInUser = async (
  identity: Identity,
  organisation: Organisation,
  role: Role,
): Promise<SignedInUser> => {
  made++;
  const email = `${role}.${made}@${organisation.code}.example.com`;
  const password = `correct horse ${made}`;
  const author = systemActor(organisation.id, "test");
  const { id } = await identity.createUser(author, { name: `Test ${role} ${made}`, email, password, role });
  const { token } = await identity.signInUser(email, password);
  const headers = { cookie: `fealty_session=${token}`, "x-cap-api-auth-org-id": String(organisation.id) };
  return { id, email, password, headers };
};
