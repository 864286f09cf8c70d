import {
  ActionIcon,
  Avatar,
  Box,
  Group,
  Kbd,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from "@mantine/core";
import { spotlight } from "@mantine/spotlight";
import {
  IconCheck,
  IconHelp,
  IconKey,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSelector,
  IconSun,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { sessionQuery, signOut } from "../api/session.ts";
import { initialsOf } from "../ui/format.ts";
import { MenuLink } from "../ui/links.tsx";
import { tellError } from "../ui/notify.ts";
import { useOrganisation } from "./organisation.ts";
import { MOD } from "./shortcuts.tsx";
import classes from "./top-bar.module.css";

export const TopBar = ({ onHelp }: { onHelp: () => void }) => (
  <>
    <OrganisationSwitcher />
    <UnstyledButton className={classes.search!} onClick={spotlight.open}>
      <IconSearch size={16} stroke={1.7} aria-hidden />
      <Text size="sm" className={classes.hint!} truncate>
        Search members, bills, stores…
      </Text>
      <Kbd size="xs" className={classes.keys!}>
        {MOD} K
      </Kbd>
    </UnstyledButton>
    <Group gap={4} ml="auto" wrap="nowrap">
      <Tooltip label="Help and keyboard shortcuts">
        <ActionIcon size="lg" onClick={onHelp} aria-label="Help and keyboard shortcuts">
          <IconHelp size={19} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <SchemeToggle />
      <PersonMenu />
    </Group>
  </>
);

const OrganisationSwitcher = () => {
  const { organisation } = useOrganisation();
  const { data: session } = useQuery(sessionQuery);
  const others = session?.organisations ?? [];
  return (
    <Menu position="bottom-start" width={260} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton
          className={classes.switcher!}
          aria-label={`Organisation: ${organisation.name}. Switch`}
        >
          <Text size="sm" fw={600} truncate>
            {organisation.name}
          </Text>
          <IconSelector size={15} stroke={1.6} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Organisations</Menu.Label>
        {others.map(({ id, code, name, currency }) => (
          <MenuLink
            key={id}
            to="/$org"
            params={{ org: code.toLowerCase() }}
            rightSection={
              id === organisation.id ? (
                <IconCheck size={15} aria-label="current" />
              ) : (
                <Text c="dimmed" size="xs">
                  {currency}
                </Text>
              )
            }
          >
            {name}
          </MenuLink>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};

const SchemeToggle = () => {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const label = dark ? "Use light colours" : "Use dark colours";
  return (
    <Tooltip label={label}>
      <ActionIcon size="lg" onClick={() => setColorScheme(dark ? "light" : "dark")} aria-label={label}>
        {dark ? <IconSun size={19} stroke={1.6} /> : <IconMoon size={19} stroke={1.6} />}
      </ActionIcon>
    </Tooltip>
  );
};

const PersonMenu = () => {
  const { organisation, may } = useOrganisation();
  const { data: session } = useQuery(sessionQuery);
  const queryClient = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    try {
      await signOut();
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, null);
      router.history.push("/signin");
    } catch (error) {
      tellError(error);
    }
  };
  if (!session) return null;
  const { id, name, email } = session.user;
  return (
    <Menu position="bottom-end" width={240} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.person!}>
          <Avatar size={30} color="pine" aria-hidden>
            {initialsOf(name)}
          </Avatar>
          <VisuallyHidden>{name}: account menu</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Box px="sm" py={6}>
          <Text size="sm" fw={600} truncate>
            {name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {email}
          </Text>
          <Text size="xs" c="dimmed" mt={4}>
            {organisation.role.replace("_", " ")} at {organisation.name}
          </Text>
        </Box>
        <Menu.Divider />
        {may("User:write") && (
          <MenuLink
            to="/$org/admin/users"
            params={{ org: organisation.code.toLowerCase() }}
            search={{ edit: id }}
            leftSection={<IconKey size={16} stroke={1.6} />}
          >
            Change my password
          </MenuLink>
        )}
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
