/** What a replay holds to have happened as it did, or leaves out, told with every result. */
export const NOT_MODELLED: readonly string[] = [
  "Members buy, spend and return what they did: nobody changes their ways because of other points.",
  "Points spent, granted, passed on or expired are those of the ledger. Where rules look at balances, only what bills give otherwise is added.",
  "Promised points that become regular later are counted when they are given, not in the balances that rules look at.",
  "Tiers change by hand, by merges and by bills outside the period as they did; a member in a higher tier already is not moved down by that.",
  "Tiers end, are renewed and go down with the calendar as they did: the ends and renewals that the rules tried would bring are not played out, and points that live as long as a tier end with the end it had when they were given.",
  "Limits that began before the period count what was used of them by the rules of then.",
  "Trackers begin empty: what members did before the period is in no window of theirs.",
  "Members, their fields and stores are as they are now, and bills as they were changed last.",
  "Returns take back the share of the bill that went back, also where the organisation has the rest of a bill decided anew.",
  "Bills of nobody earn nothing and are left out. Bills of a member who was merged into another count as that member's own.",
  "Targets and streaks are not replayed: rules that look at them cannot be told, and give nothing.",
];
