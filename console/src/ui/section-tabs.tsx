import { Link, type LinkProps } from "@tanstack/react-router";
import classes from "./section-tabs.module.css";

export interface SectionTab {
  label: string;
  link: LinkProps;
  count?: number | undefined;
}

/** Tabs that are links: each has an address, opens in a new tab, and the browser's back works. */
export const SectionTabs = ({ label, tabs }: { label: string; tabs: readonly SectionTab[] }) => (
  <nav aria-label={label} className={classes.tabs}>
    {tabs.map(({ label: text, link, count }) => (
      <Link key={text} {...link} className={classes.tab!}>
        {text}
        {count !== undefined && <span className={classes.count}>{count}</span>}
      </Link>
    ))}
  </nav>
);
