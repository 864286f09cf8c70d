import { randomBytes } from "node:crypto";
import { systemActor } from "#identity";
import { publishProgram } from "#loyalty";
import { AppError, StartupError } from "#platform";
import { type Running, say, startApp } from "./running.ts";

export interface SetUpOptions {
  readonly data?: string;
  readonly name: string;
  readonly owner: string;
  readonly country: string;
  readonly currency: string;
  readonly timeZone: string;
}

const newPassword = (): string => randomBytes(12).toString("base64url");

/** Runs a command's work on the app and says refusals as sentences. */
const withApp = async (
  options: { readonly data?: string },
  work: (running: Running) => Promise<void>,
): Promise<void> => {
  const running = await startApp(options);
  try {
    await work(running);
  } catch (error) {
    if (error instanceof AppError) throw new StartupError(error.message, "Nothing was changed.");
    throw error;
  } finally {
    await running.close();
  }
};

/** Creates an organisation with a first owner and a published program to begin with. */
export const setUp = (code: string, options: SetUpOptions): Promise<void> =>
  withApp(options, async ({ app }) => {
    const { name, owner, country, currency, timeZone } = options;
    const organisation = await app.orgs.createOrganisation({
      code: code.toLowerCase(),
      name,
      country: country.toUpperCase(),
      currency: currency.toUpperCase(),
      timeZone,
    });
    const actor = systemActor(organisation.id, "fealty setup");
    const password = newPassword();
    await app.identity.createUser(actor, {
      name: owner.split("@")[0] ?? owner,
      email: owner,
      password,
      role: "owner",
    });
    await publishProgram(app.loyalty, actor, { name: `${name} Rewards` });
    say(`${name} is there (code ${organisation.code}), with a program of three tiers to begin with.`);
    say(`Sign in to the console as ${owner} with the password ${password} and change it under Admin, Users.`);
  });

/** Gives a console user a new password. */
export const resetPassword = (email: string, options: { readonly data?: string }): Promise<void> =>
  withApp(options, async ({ app }) => {
    const password = newPassword();
    await app.identity.resetPassword(email, password);
    say(`The password of ${email} is now ${password}; every session of that person has ended.`);
  });
