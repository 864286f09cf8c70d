import type { Chance } from "./chance.ts";
import { ModelCustomer } from "./model.ts";

/** Who there is, and who is whom by now. */
export class People {
  readonly #models = new Map<number, ModelCustomer>();
  /** Who was merged into whom: by the merge itself, not by those that followed. */
  readonly #into = new Map<number, number>();
  readonly #victims = new Map<number, number[]>();
  readonly #present: number[] = [];

  add(partyId: number): void {
    this.#models.set(partyId, new ModelCustomer());
    this.#present.push(partyId);
  }

  /** Those who were not merged into others. */
  get present(): readonly number[] {
    return this.#present;
  }

  get all(): ReadonlyMap<number, ModelCustomer> {
    return this.#models;
  }

  model(partyId: number): ModelCustomer {
    return this.#models.get(partyId)!;
  }

  /** Some shop every week, most now and then. */
  pick(chance: Chance): number {
    const from = Math.ceil(this.#present.length / (chance.oneIn(3) ? 10 : 1));
    return this.#present[chance.whole(0, from - 1)]!;
  }

  /** Whom somebody was merged into, or null. */
  mergedInto(partyId: number): number | null {
    return this.#into.get(partyId) ?? null;
  }

  /** Those who were merged into a customer, at whatever remove. */
  victimsOf(partyId: number): number[] {
    return (this.#victims.get(partyId) ?? []).flatMap((victim) => [victim, ...this.victimsOf(victim)]);
  }

  merge(victimId: number, survivorId: number): void {
    this.#into.set(victimId, survivorId);
    this.#victims.set(survivorId, [...(this.#victims.get(survivorId) ?? []), victimId]);
    this.#present.splice(this.#present.indexOf(victimId), 1);
  }

  undo(victimId: number, survivorId: number): void {
    this.#into.delete(victimId);
    this.#victims.set(
      survivorId,
      this.#victims.get(survivorId)!.filter((id) => id !== victimId),
    );
    this.#present.push(victimId);
  }
}
