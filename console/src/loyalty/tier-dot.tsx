import classes from "./loyalty.module.css";

/** The colour of a tier. */
export const TierDot = ({ color }: { color: string }) => (
  <span className={classes.dot} style={{ background: color }} aria-hidden />
);
