import { describe, expect, test } from "vitest";
import type { Membership } from "../decide/schema.ts";
import { membership } from "../testing.ts";
import { mergeMemberships, unmergeMemberships } from "./merge.ts";

const AT = Date.parse("2026-06-01T12:00:00Z");
const day = (text: string) => new Date(`${text}T23:59:59Z`);
const survivor = (changes: Partial<Membership> = {}) =>
  membership({ partyId: 1, tierNumber: 2, tierExpiresAt: day("2026-12-31"), changeNo: 2, ...changes });
const victim = (changes: Partial<Membership> = {}) =>
  membership({ partyId: 2, tierNumber: 2, tierExpiresAt: day("2027-03-31"), changeNo: 2, ...changes });

describe("the end of a tier after a merge", () => {
  test.each<[string, Partial<Membership>, Partial<Membership>, Date | null]>([
    ["of the same tier is the later one", {}, {}, day("2027-03-31")],
    [
      "of the same tier is the survivor's when that is later",
      { tierExpiresAt: day("2028-01-01") },
      {},
      day("2028-01-01"),
    ],
    ["of the same tier is none when one has none", { tierExpiresAt: null }, {}, null],
    [
      "of a higher tier comes with it",
      {},
      { tierNumber: 3, tierExpiresAt: day("2026-07-31") },
      day("2026-07-31"),
    ],
    ["of a lower tier does not matter", {}, { tierNumber: 1, tierExpiresAt: null }, day("2026-12-31")],
  ])("%s", (_, own, other, expected) => {
    const { change } = mergeMemberships(1, survivor(own), victim(other), 0, AT);
    expect(change.membership.tierExpiresAt).toEqual(expected);
  });

  test("is told with the change, and the renewal still looks back beyond the merge", () => {
    const gold = victim({ tierNumber: 3, isManualTier: true });
    const { change } = mergeMemberships(1, survivor(), gold, 0, AT);
    expect(change.tierChange).toEqual({
      from: 2,
      to: 3,
      at: AT,
      reason: "merge",
      expiresAt: day("2027-03-31").getTime(),
    });
    expect(change.membership).toMatchObject({ isManualTier: true, tierRenewedAt: new Date(AT), changeNo: 3 });
  });

  test("follows a change that came later than the merge's time, and goes back with an undo", () => {
    const before = survivor({ tierRenewedAt: new Date(AT + 1000), isManualTier: true });
    const { merged, change } = mergeMemberships(1, before, victim({ tierNumber: 3 }), 0, AT);
    expect(change.tierChange?.at).toBe(AT + 1000);
    const undone = unmergeMemberships(merged.after, merged, AT + 5000);
    expect(undone.tierChange).toMatchObject({ from: 3, to: 2, at: AT + 5000, reason: "merge undone" });
    expect(undone.membership).toMatchObject({
      tierNumber: 2,
      tierExpiresAt: day("2026-12-31"),
      isManualTier: true,
      changeNo: 4,
    });
  });
});
