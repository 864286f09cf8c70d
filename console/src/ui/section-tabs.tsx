import { Link, type LinkProps, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import classes from "./section-tabs.module.css";

export interface SectionTab {
  label: string;
  link: LinkProps;
  count?: number | undefined;
}

/** Tabs that are links: each has an address, opens in a new tab, and the browser's back works. */
export const SectionTabs = ({ label, tabs }: { label: string; tabs: readonly SectionTab[] }) => {
  const nav = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // On narrow screens the tab that one is on may lie outside.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new address has another active tab.
  useEffect(() => {
    const tab = nav.current?.querySelector('[data-status="active"]');
    if (!nav.current || !tab) return;
    // Not by scrollIntoView: Tab would then go on from there, past everything that comes before.
    const [strip, active] = [nav.current.getBoundingClientRect(), tab.getBoundingClientRect()];
    nav.current.scrollLeft += Math.max(0, active.right - strip.right) - Math.max(0, strip.left - active.left);
  }, [path]);
  return (
    <nav ref={nav} aria-label={label} className={classes.tabs}>
      {tabs.map(({ label: text, link, count }) => (
        <Link key={text} {...link} className={classes.tab!}>
          {text}
          {count !== undefined && <span className={classes.count}>{count}</span>}
        </Link>
      ))}
    </nav>
  );
};
