import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { type Identity, systemActor } from "#identity";
import type { Organisation } from "#orgs";

export interface DemoUser {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly role: string;
}

export interface DemoTill {
  readonly code: string;
  readonly password: string;
  readonly storeCode: string;
}

/** What `<data>/demo.json` holds. */
export interface DemoSignIns {
  /** Where the console is served. */
  readonly address: string;
  readonly organisation: { readonly id: number; readonly code: string; readonly name: string };
  readonly users: readonly DemoUser[];
  readonly tills: readonly DemoTill[];
  readonly client: {
    readonly name: string;
    readonly key: string;
    readonly secret: string;
    readonly tillCode: string;
  };
}

const USERS = [
  { email: "owner@abc.example", name: "Olivia Owner", role: "owner" },
  { email: "marketing@abc.example", name: "Milo Marketer", role: "marketer" },
  { email: "care@abc.example", name: "Cara Agent", role: "care_agent" },
] as const;
const CLIENT = "ABC till system";
const PASSWORD_BYTES = 12;

const demoFile = (directory: string): string => join(directory, "demo.json");

/** The sign-ins written by an earlier start; null when there are none. */
export const readSignIns = async (directory: string): Promise<DemoSignIns | null> => {
  try {
    return JSON.parse(await readFile(demoFile(directory), "utf8")) as DemoSignIns;
  } catch {
    // Missing or cut short: the sign-ins are made anew.
    return null;
  }
};

/** Readable by its owner only, and whole or not there at all. */
export const writeSignIns = async (directory: string, signIns: DemoSignIns): Promise<void> => {
  await mkdir(directory, { recursive: true });
  const part = `${demoFile(directory)}.part`;
  const file = await open(part, "w", 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify(signIns, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, demoFile(directory));
};

/**
 * Gives people, tills and a machine their sign-ins. Passwords are kept nowhere but in the file that the caller writes, so
 * whoever has one from a start that was cut short gets a new one. `keepsClients`: clients made before stay, with their tokens.
 */
export const makeSignIns = async (
  identity: Identity,
  organisation: Organisation,
  address: string,
  keepsClients = false,
): Promise<DemoSignIns> => {
  const { id: orgId, code, name } = organisation;
  const actor = systemActor(orgId, "demo");
  const { items: known } = await identity.listUsers(orgId, 0, 1000);
  const users: DemoUser[] = [];
  for (const user of USERS) {
    const password = randomBytes(PASSWORD_BYTES).toString("base64url");
    const member = known.find(({ email }) => email === user.email);
    if (member) await identity.updateUser(actor, member.id, { password });
    else await identity.createUser(actor, { ...user, password });
    users.push({ ...user, password });
  }
  const tills = await Promise.all(
    organisation.entities("TILL").map(async (till): Promise<DemoTill> => {
      const { password } = await identity.setTillPassword(actor, till.id);
      return { code: till.code, password, storeCode: organisation.storeOfTill(till.id)?.code ?? "" };
    }),
  );
  const { items: clients } = keepsClients ? { items: [] } : await identity.listClients(orgId, 0, 1000);
  for (const client of clients) {
    if (client.name === CLIENT && client.isActive) await identity.revokeClient(actor, client.id);
  }
  const till = organisation.entities("TILL")[0]!;
  const { client, secret } = await identity.createClient(actor, { name: CLIENT, tillId: till.id });
  return {
    address,
    organisation: { id: orgId, code, name },
    users,
    tills,
    client: { name: CLIENT, key: client.key, secret, tillCode: till.code },
  };
};
