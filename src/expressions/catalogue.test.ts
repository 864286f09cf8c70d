import { describe, expect, it } from "vitest";
import { ACTIVITIES, type Activity, activityNamed, type Place } from "./activities.ts";
import { catalogueFor, createCatalogue, PROFILES } from "./catalogue.ts";
import { describeCatalogue } from "./describe.ts";
import { type Facts, NO_CUSTOMER, NO_TRANSACTION } from "./facts.ts";
import { hasSource, WITHOUT_SOURCE } from "./sources.ts";
import { compiled, factsWith, mistakes } from "./testing.ts";

const whole = createCatalogue();
const profilesAt = (place: Place): string[] =>
  [...catalogueFor(place).profiles.values()].map(({ name }) => name).sort();

const EVERYWHERE = ["currentCustomer", "currentEvent", "currentStore", "program"];
const MOSTLY = [...EVERYWHERE, "currentCustomerPartner", "organization"];

describe("profiles by activity", () => {
  it.each<readonly [Activity, readonly string[]]>([
    [
      "TransactionAdd",
      ["currentTxn", "referrerCode", "groupPrimaryCustomer", "currentUserGroup", "currentCard"],
    ],
    ["ReturnTransaction", ["returnBill", "groupPrimaryCustomer"]],
    ["TransactionUpdate", ["currentTxn", "groupPrimaryCustomer", "currentCard"]],
    ["CustomerRegistration", ["referrerCode", "groupPrimaryCustomer"]],
    ["CustomerUpdate", ["groupPrimaryCustomer"]],
    ["PointsRedemption", []],
    ["PointsTransfer", []],
    ["CouponRedemption", []],
    ["SlabUpgrade", ["currentTxn", "referrerCode", "groupPrimaryCustomer"]],
    ["TargetCompleted", ["groupPrimaryCustomer"]],
    ["GenericEvent", ["currentProduct"]],
    ["SocialConnect", ["groupPrimaryCustomer"]],
    ["PartnerProgramLinking", []],
    ["GroupMemberJoin", ["groupPrimaryCustomer"]],
  ])("%s", (activity, own) => {
    expect(profilesAt({ activity })).toEqual([...MOSTLY, ...own].sort());
  });

  it("are fewest when promised points become due", () => {
    expect(profilesAt({ activity: "DelayedAccrual" })).toEqual([...EVERYWHERE].sort());
  });

  it("are more inside of sets that run for a line, a payment or a tracker", () => {
    const more = (place: Omit<Place, "activity">, activity: Activity = "TransactionAdd") => {
      const plain = profilesAt({ activity });
      return profilesAt({ activity, ...place }).filter((name) => !plain.includes(name));
    };
    expect(more({ lines: true })).toEqual(["currentLineItem"]);
    expect(more({ tenders: true })).toEqual(["tenderProfile"]);
    expect(more({ tenders: true }, "ReturnTransaction")).toEqual(["tenderProfile"]);
    expect(more({ trackers: true })).toEqual(["currentTracker", "currentTrackerCondition"]);
    expect(more({ lines: true, tenders: true })).toEqual(["currentLineItem", "tenderProfile"]);
    expect(more({ lines: true, tenders: true, trackers: true }, "CustomerUpdate")).toEqual([]);
  });

  it("and what is not there is elsewhere", () => {
    for (const activity of ACTIVITIES) {
      const { profiles, elsewhere } = catalogueFor({ activity });
      expect(profiles.size + elsewhere.size).toBe(PROFILES.length);
      for (const { where } of elsewhere.values()) expect(where).toMatch(/^in /);
    }
  });

  it("activities are known by their other names", () => {
    expect(activityNamed("newbill")).toBe("TransactionAdd");
    expect(activityNamed("ReturnBill")).toBe("ReturnTransaction");
    expect(activityNamed("transactionADD")).toBe("TransactionAdd");
    expect(activityNamed("constructor")).toBeNull();
  });
});

describe("attributes of the event", () => {
  it("are those of the activity", () => {
    const of = (activity: Activity) => [
      ...new Set(
        ["attributes", "functions"].flatMap((kind) => [
          ...catalogueFor({ activity }).profiles.get("currentevent")![kind as "attributes"].keys(),
        ]),
      ),
    ];
    expect(of("PointsRedemption")).toEqual(["eventtype", "isgroupprogramredemption"]);
    expect(of("TransactionAdd")).toEqual(["eventtype", "isusergroupinfopresent", "cardseriesname"]);
    expect(of("CustomerUpdate")).toContain("previousmobile");
    expect(of("CustomerUpdate")).toContain("currentcustomfieldvalue");
    expect(of("TargetCompleted")).toContain("milestonevaluedefined");
    expect(of("TargetCompleted")).toContain("streakexists");
  });

  it("of a behavioural event are its own fields, typed, whatever the letter case", () => {
    const options = {
      eventAttributes: [
        { name: "amount_paid", type: "number" },
        { name: "seat", type: "string" },
        { name: "constructor", type: "string" },
      ],
    } as const;
    const catalogue = catalogueFor({ activity: "GenericEvent" }, options);
    expect(mistakes('currentEvent.Amount_Paid > 3 && currentEvent.seat == "1A"', catalogue)).toEqual([]);
    expect(mistakes('currentEvent.amount_paid == "3"', catalogue)[0]?.message).toContain("is a number");
    expect(mistakes("currentEvent.amount_payd > 1", catalogue)[0]?.nearest).toBe("amount_paid");
    expect(mistakes('currentEvent.constructor == "x"', catalogue)).toEqual([]);
    const other = catalogueFor({ activity: "TransactionAdd" }, options);
    expect(mistakes("currentEvent.amount_paid > 1", other)).toHaveLength(1);
  });
});

describe("entries", () => {
  const entries = describeCatalogue(whole);
  const profiles = [...whole.profiles.values()];

  it("have words for editors and explanations", () => {
    for (const { profile, name, doc } of entries) {
      expect(doc, `${profile}.${name}`).toMatch(/^[A-Z"].*\.$/);
      expect(doc.length).toBeLessThan(200);
    }
    for (const profile of profiles)
      for (const entry of [...profile.attributes.values(), ...profile.functions.values()]) {
        const { says, denies } = entry.wording;
        const isTruth = "cell" in entry ? entry.cell.type === "boolean" : entry.result === "boolean";
        expect(denies !== undefined, `${profile.name}.${entry.name}`).toBe(isTruth);
        for (const words of [says, denies ?? says]) expect(words).not.toMatch(/[.]$/);
      }
  });

  it("have one meaning for each name of a profile", () => {
    for (const { name, attributes, functions } of profiles)
      for (const key of attributes.keys()) expect(functions.has(key), `${name}.${key}`).toBe(false);
  });

  it("that nothing brings are told from those that something does", () => {
    const names = new Set(entries.flatMap(({ profile, name }) => [`${profile}`, `${profile}.${name}`]));
    for (const name of WITHOUT_SOURCE) expect(names, name).toContain(name);
    expect(new Set(WITHOUT_SOURCE).size).toBe(WITHOUT_SOURCE.length);
    expect(hasSource("currentTxn", "value")).toBe(true);
    expect(hasSource("currentCustomer", "isControl")).toBe(false);
    expect(hasSource("groupPrimaryCustomer", "name")).toBe(false);
    expect(entries.find(({ name }) => name === "isControl")?.source).toBe("none yet");
  });

  it("spell what is documented", () => {
    const documented = [
      "currentCustomer.firstname != currentCustomer.lastname",
      'currentCustomer.SlabName == "Gold" && currentCustomer.NumberOfTxns > 3',
      "currentCustomer.initiallifetimePoints > 1 && currentCustomer.lifetimePurchases > 1",
      'currentCustomer.customerStatusLabel("Active", "vip") || currentCustomer.customerStatus("Active")',
      "currentCustomer.countActiveCouponsInCouponSeries(12) == 0 && currentCustomer.isPrimary()",
      'groupPrimaryCustomer.includesLabelRegex("vip") && groupPrimaryCustomer.numberOfRedemptionsToday < 2',
      'currentTxn.note.isEmpty("") && currentTxn.tenderCombinationIncludes("cash")',
      "currentLineItem.discountPercentage > 5 || currentLineItem.discPercentage > 5",
      'currentLineItem.doesItemMatch("brand", "Nord") && currentLineItem.doesCategoryRegexMatch("Mug")',
      'tenderProfile.code == "cash" && tenderProfile.amount > 3 && tenderProfile.notes.isNull()',
      'returnBill.basketSumRegexBrand("N") > 3 && returnBill.basketQtyRegexCategory("M") > 1',
      "currentTrackerCondition.trackerCurrAggr > 1 && currentTracker.trackerInitialPrevAggr == 0",
      'currentUserGroup.memberCount > 2 && currentUserGroup.slabName == "Gold"',
      "referrerCode.refereeTxnCount==1",
      'currentCustomerPartner.isLinkedTo("Air") && currentCustomerPartner.benefitsLimit > 1',
      'currentEvent.currentLoyaltyType == "LOYALTY" && currentEvent.previousExternalID.isNotNull("")',
      'currentEvent.targetGaps("spend") < 5 && currentEvent.isStreakAchievedEvent',
      'currentProduct.doesBrandRegexMatch("N") && currentEvent.promotion == "p"',
      'currentCustomer.trackerValueBeforeEvent("t", "c") < currentCustomer.trackerValueCurrentEvent("t", "c")',
      'currentCustomer.targetsAchievedForUnifiedInCurrentPeriod("g") >= 2',
      'currentCustomer.isStreakAchieved("weekly_2") && currentCustomer.isSubscribedToChannel("sms")',
    ];
    for (const text of documented) expect(mistakes(text, whole), text).toEqual([]);
  });

  it("evaluate to nothing where nothing is brought, and can be told", () => {
    const facts: Facts = {
      ...factsWith(),
      currentCustomer: NO_CUSTOMER,
      currentTxn: NO_TRANSACTION,
      currentEvent: { eventType: null },
    };
    for (const profile of profiles)
      for (const [, { name, cell }] of profile.attributes) {
        const asked = cell.type === "boolean" ? "" : ".isNull()";
        const result = compiled(`${profile.name}.${name}${asked}`, whole).trace(facts);
        expect([0, 1], `${profile.name}.${name}`).toContain(result.outcome);
      }
  });
});
