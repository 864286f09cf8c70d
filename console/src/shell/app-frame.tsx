import { AppShell, Box, Burger, Group, ScrollArea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { usableLocale } from "../ui/format.ts";
import { FormatProvider } from "../ui/format-context.tsx";
import { AreaLink } from "../ui/links.tsx";
import classes from "./app-frame.module.css";
import { AREAS } from "./areas.ts";
import { Logo } from "./logo.tsx";
import { useOrganisation } from "./organisation.ts";
import { Palette } from "./palette.tsx";
import { ShortcutSheet, useShortcuts } from "./shortcuts.tsx";
import { TopBar } from "./top-bar.tsx";

/** The frame around everything of an organisation: areas on the left, search and person on top. */
export const AppFrame = () => {
  const { organisation, may } = useOrganisation();
  const [navigation, { toggle, close }] = useDisclosure(false);
  const [sheet, setSheet] = useDisclosure(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useShortcuts(setSheet.open);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new screen closes the drawer.
  useEffect(close, [path]);

  return (
    <FormatProvider
      locale={usableLocale([navigator.language, ...navigator.languages])}
      timeZone={organisation.timeZone}
      currency={organisation.currency}
    >
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <AppShell
        layout="alt"
        header={{ height: 56 }}
        navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !navigation } }}
        padding={{ base: "md", md: "xl" }}
        transitionDuration={150}
      >
        <AppShell.Header className={classes.header!}>
          <Group h="100%" px={{ base: "md", md: "xl" }} gap="sm" wrap="nowrap">
            <Burger
              opened={navigation}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={navigation ? "Close navigation" : "Open navigation"}
            />
            <TopBar onHelp={setSheet.open} />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar
          className={classes.navbar!}
          p="sm"
          aria-label="Areas"
          data-open={navigation || undefined}
        >
          <Group h={40} px={8} mb="md" justify="space-between" wrap="nowrap">
            <Logo />
            <Burger opened onClick={close} hiddenFrom="sm" size="sm" aria-label="Close navigation" />
          </Group>
          <ScrollArea style={{ flex: 1 }}>
            {AREAS.filter(({ permission }) => may(permission)).map(({ label, icon: Icon, link }) => (
              <AreaLink
                key={label}
                {...link}
                label={label}
                leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
                className={classes.area!}
              />
            ))}
          </ScrollArea>
        </AppShell.Navbar>
        <AppShell.Main>
          <Box id="content" tabIndex={-1} className={classes.content}>
            <Outlet />
          </Box>
        </AppShell.Main>
      </AppShell>
      <Palette onHelp={setSheet.open} />
      <ShortcutSheet opened={sheet} onClose={setSheet.close} />
    </FormatProvider>
  );
};
