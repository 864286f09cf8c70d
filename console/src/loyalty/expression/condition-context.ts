import { createContext, useContext } from "react";

/** What conditions know of the draft around them. */
export interface ConditionContext {
  /** Names of the draft's tiers, which need not be published. */
  readonly tierNames: readonly string[];
  /** Saving the draft waits for what is on its way into it. */
  readonly awaitWriting: (change: Promise<unknown>) => void;
}

const Context = createContext<ConditionContext>({ tierNames: [], awaitWriting: () => {} });
export const ConditionProvider = Context.Provider;
export const useConditionContext = (): ConditionContext => useContext(Context);
