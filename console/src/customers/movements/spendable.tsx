import { Points } from "../../ui/amounts.tsx";

/** How many points can be spent, said under a field; nothing until it is known. */
export const Spendable = ({ points }: { points: number | undefined }) =>
  points === undefined ? null : (
    <>
      <Points value={points} /> can be spent
    </>
  );
