import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  Menu,
  type MenuItemProps,
  NavLink,
  type NavLinkProps,
  UnstyledButton,
  type UnstyledButtonProps,
} from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ComponentPropsWithRef } from "react";

type Native = Omit<ComponentPropsWithRef<"a">, "style" | "color">;

/** Mantine's parts as typed links of the router: they load ahead on hover and open in a new tab as links do. */
export const TextLink = createLink((props: AnchorProps & Native) => <Anchor {...props} />);
export const ButtonLink = createLink((props: ButtonProps & Native) => <Button component="a" {...props} />);
export const AreaLink = createLink((props: NavLinkProps & Native) => <NavLink component="a" {...props} />);
export const PlainLink = createLink((props: UnstyledButtonProps & Native) => (
  <UnstyledButton component="a" {...props} />
));
export const MenuLink = createLink((props: MenuItemProps & Native) => <Menu.Item component="a" {...props} />);
