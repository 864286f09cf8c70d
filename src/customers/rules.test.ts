import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyFields,
  fold,
  judge,
  type KnownCustomer,
  type MatchingRules,
  mergeChannels,
  namingKeys,
  termsOf,
} from "./rules.ts";
import type { Channel, Registration } from "./schema.ts";
import { prefixesOf } from "./search.ts";

const RULES: MatchingRules = {
  orgId: 1,
  primaryType: "mobile",
  isStrict: false,
  skipsSecondary: false,
  onlyPrimaryNames: false,
  emailNames: true,
  needsInstore: false,
};
const registration = (identifiers: [string, string][], source = "INSTORE"): Registration => ({
  profiles: [
    {
      source,
      accountId: "",
      firstName: null,
      lastName: null,
      identifiers: identifiers.map(([type, value]) => ({ type, value }) as never),
      channels: [],
      customFields: {},
    },
  ],
  loyaltyType: null,
  extendedFields: {},
  registeredAt: new Date(0),
  tillId: null,
  associatedTillId: null,
  isDemo: false,
  warnings: [],
});
const known = (partyId: number, sources: string[], types: string[]): KnownCustomer => ({
  partyId,
  profiles: sources.map((source) => ({ source, accountId: "" })),
  identifierTypes: new Set(types),
  registeredAt: new Date(partyId * 1000),
});

describe("who a registration is", () => {
  const owned: Record<string, KnownCustomer> = {
    "1:mobile:1": known(1, ["INSTORE"], ["mobile"]),
    "1:email:b": known(2, ["INSTORE"], ["email"]),
    "1:email:c": known(3, ["WEBSITE"], ["mobile", "email"]),
  };
  const decide = (rules: Partial<MatchingRules>, identifiers: [string, string][], source?: string) => {
    const all = { ...RULES, ...rules };
    const input = registration(identifiers, source);
    const judgement = judge(all, input, namingKeys(all, input), (key) => owned[key] ?? null);
    if (judgement.kind === "refused") return judgement.error.number;
    const codes = judgement.warnings.map(({ code }) => code);
    if (judgement.kind === "merge") return [judgement.survivorId, judgement.victimId, ...codes];
    return judgement.kind === "new" ? ["new", ...codes] : [judgement.partyId, ...codes];
  };
  const strict = { isStrict: true };
  const skip = { skipsSecondary: true, isStrict: true };
  const cases: [
    rules: Partial<MatchingRules>,
    identifiers: [string, string][],
    source: string,
    result: unknown,
  ][] = [
    [{}, [["mobile", "9"]], "INSTORE", ["new"]],
    [{}, [["mobile", "1"]], "INSTORE", 8006],
    [{}, [["mobile", "1"]], "WEBSITE", [1, 8050]],
    // The address's owner has no mobile number: the new number is theirs.
    [
      {},
      [
        ["mobile", "9"],
        ["email", "b"],
      ],
      "WEBSITE",
      [2, 8050],
    ],
    [
      strict,
      [
        ["mobile", "9"],
        ["email", "b"],
      ],
      "WEBSITE",
      [2, 8050],
    ],
    [
      {},
      [
        ["mobile", "1"],
        ["email", "b"],
      ],
      "WEBSITE",
      [1, 2, 8051],
    ],
    [
      {},
      [
        ["mobile", "1"],
        ["email", "c"],
      ],
      "WEBSITE",
      8052,
    ],
    [
      {},
      [
        ["mobile", "1"],
        ["email", "b"],
        ["email", "c"],
      ],
      "LINE",
      8052,
    ],
    [
      {},
      [
        ["email", "b"],
        ["email", "c"],
      ],
      "LINE",
      8052,
    ],
    [
      strict,
      [
        ["mobile", "1"],
        ["email", "b"],
      ],
      "WEBSITE",
      1047,
    ],
    [
      strict,
      [
        ["mobile", "9"],
        ["email", "c"],
      ],
      "INSTORE",
      1047,
    ],
    [
      skip,
      [
        ["mobile", "1"],
        ["email", "b"],
      ],
      "WEBSITE",
      [1, 8075, 8050],
    ],
    [
      skip,
      [
        ["mobile", "1"],
        ["email", "b"],
      ],
      "INSTORE",
      8006,
    ],
    [
      skip,
      [
        ["mobile", "9"],
        ["email", "c"],
      ],
      "INSTORE",
      ["new", 8075],
    ],
    [
      skip,
      [
        ["email", "b"],
        ["email", "c"],
      ],
      "LINE",
      8052,
    ],
    [{ needsInstore: true }, [["mobile", "9"]], "WEBSITE", 8090],
    [{ needsInstore: true }, [["mobile", "1"]], "WEBSITE", [1, 8050]],
    [
      { emailNames: false },
      [
        ["mobile", "9"],
        ["email", "b"],
      ],
      "INSTORE",
      ["new"],
    ],
    [
      { onlyPrimaryNames: true },
      [
        ["mobile", "9"],
        ["email", "b"],
      ],
      "INSTORE",
      ["new"],
    ],
  ];
  test.each(cases)("%o %o in %s → %o", (rules, identifiers, source, result) => {
    expect(decide(rules, identifiers, source)).toEqual(result);
  });
});

describe("folding", () => {
  test("leaves out case, accents and width", () => {
    expect(fold("  ZOË   Ｑuixote ")).toBe("zoe quixote");
    expect(fold("a\u0000b")).toBe("a b");
    expect(fold("İ")).toBe("i");
    expect([...fold("x".repeat(500))]).toHaveLength(100);
  });

  test("twice is once, and a prefix of a text folds to a prefix of its folded form", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 });
    fc.assert(
      fc.property(text, (value) => {
        expect(fold(fold(value))).toBe(fold(value));
      }),
    );
    const word = fc.stringMatching(/^[A-Za-zÀ-ÿ' -]{0,40}$/);
    fc.assert(
      fc.property(word, fc.nat(40), (value, length) => {
        expect(fold(value).startsWith(fold(value.slice(0, length)))).toBe(true);
      }),
    );
  });

  test("makes terms of names and identifiers, each once", () => {
    const profiles = [
      { firstName: "Ana", lastName: "Reyes" },
      { firstName: "ANA", lastName: "REYES" },
      { firstName: null, lastName: null },
    ];
    expect(termsOf(profiles, [{ value: "M-77" }])).toEqual(["ana reyes", "reyes", "m-77"]);
  });

  test("tries a typed number in its stored form too", () => {
    const prefixes = (text: string, country = "GB") => prefixesOf({ country }, text);
    expect(prefixes("07911")).toEqual(["07911", "447911"]);
    expect(prefixes("+44 7911 123456")).toEqual(["+44 7911 123456", "447911123456"]);
    expect(prefixes("0791", "ZZ")).toEqual(["0791"]);
    expect(prefixes("ana")).toEqual(["ana"]);
    expect(prefixes("  ")).toEqual([]);
  });
});

describe("changes", () => {
  test("of fields merge by name and tell what really changed", () => {
    const change = { values: { a: 1, b: 3 }, cleared: ["c", "d"] };
    const { fields, history } = applyFields<unknown>({ a: 1, b: 2, c: 4, e: 5 }, change, "x");
    expect(fields).toEqual({ a: 1, b: 3, e: 5 });
    expect(history).toEqual([
      { field: "x.b", from: 2, to: 3 },
      { field: "x.c", from: 4, to: null },
    ]);
  });

  test("of channels replace their namesake and keep what was not said", () => {
    const channel = (value: string, rest: Partial<Channel> = {}): Channel => ({
      type: "email",
      value,
      isPrimary: false,
      isVerified: false,
      isSubscribed: null,
      meta: {},
      attributes: {},
      ...rest,
    });
    const before = channel("a", { isSubscribed: true });
    const [merged, added] = mergeChannels([before], [channel("a", { isVerified: true }), channel("b")]);
    expect(merged).toEqual({ channel: channel("a", { isVerified: true, isSubscribed: true }), before });
    expect(added).toEqual({ channel: channel("b"), before: null });
  });
});
