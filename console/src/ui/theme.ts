import {
  ActionIcon,
  Anchor,
  Avatar,
  Badge,
  Breadcrumbs,
  Button,
  Card,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  DEFAULT_THEME,
  Drawer,
  Input,
  Loader,
  type MantineColorsTuple,
  Menu,
  Modal,
  Skeleton,
  Table,
  Tooltip,
} from "@mantine/core";

/** The brand: pine. White on the seventh shade has a contrast of 6.2. */
const pine: MantineColorsTuple = [
  "#eff8f3",
  "#dcefe5",
  "#b6ddc9",
  "#8bc9aa",
  "#63b48c",
  "#429c73",
  "#27805a",
  "#1f6d4d",
  "#19573e",
  "#124230",
];

/** What is earned: points, tiers, rewards. */
const gold: MantineColorsTuple = [
  "#fcf7e8",
  "#f7ebc8",
  "#efd999",
  "#e7c566",
  "#dfb23b",
  "#c9981f",
  "#a37810",
  "#80600d",
  "#5f470b",
  "#3e2e08",
];

const clay: MantineColorsTuple = [
  "#fcf1ee",
  "#f8dfd8",
  "#efbdb0",
  "#e69883",
  "#dc775c",
  "#cd5a3c",
  "#b4472b",
  "#943923",
  "#742d1c",
  "#542014",
];

const gray: MantineColorsTuple = [
  "#fafaf8",
  "#f4f4f1",
  "#eaeae5",
  "#dcdcd5",
  "#c3c3ba",
  "#97978d",
  "#66665e",
  "#50504a",
  "#373733",
  "#21211e",
];

const dark: MantineColorsTuple = [
  "#e9e9e4",
  "#c4c4bc",
  "#a3a39b",
  "#6f6f68",
  "#3a3a36",
  "#2c2c29",
  "#232321",
  "#1c1c1a",
  "#151513",
  "#0e0e0d",
];

/** Their header elements would be landmarks of the page beside its real one. */
const CLOSE = { "aria-label": "Close" };
const NO_BANNER = { header: { role: "presentation" } };

const FONT =
  '"Inter Variable", Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Open Sans", sans-serif';

export const theme = createTheme({
  primaryColor: "pine",
  primaryShade: { light: 7, dark: 6 },
  colors: { pine, gold, clay, gray, dark },
  black: "#21211e",
  fontFamily: FONT,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: "12px", sm: "14px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "20px" },
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  headings: {
    fontFamily: FONT,
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "24px", lineHeight: "1.25" },
      h2: { fontSize: "18px", lineHeight: "1.35" },
      h3: { fontSize: "15px", lineHeight: "1.4" },
      h4: { fontSize: "14px", lineHeight: "1.4" },
    },
  },
  shadows: {
    xs: "0 1px 2px rgb(20 20 15 / 5%)",
    sm: "0 1px 3px rgb(20 20 15 / 7%)",
    md: "0 6px 20px -4px rgb(20 20 15 / 14%)",
    lg: "0 12px 32px -6px rgb(20 20 15 / 18%)",
    xl: "0 20px 48px -8px rgb(20 20 15 / 24%)",
  },
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray" } }),
    Anchor: Anchor.extend({ defaultProps: { underline: "hover" } }),
    Badge: Badge.extend({
      defaultProps: { variant: "light", radius: "sm" },
      styles: { root: { textTransform: "none", fontWeight: 500 } },
    }),
    // Long names break rather than widen the page.
    Breadcrumbs: Breadcrumbs.extend({
      styles: {
        breadcrumb: { whiteSpace: "normal", overflowWrap: "anywhere", minWidth: 0, lineHeight: 1.3 },
      },
    }),
    Button: Button.extend({ defaultProps: { size: "sm" }, styles: { root: { fontWeight: 500 } } }),
    Avatar: Avatar.extend({ defaultProps: { radius: 1000 } }),
    Checkbox: Checkbox.extend({ defaultProps: { radius: "xs" } }),
    Card: Card.extend({ defaultProps: { withBorder: true, radius: "lg", padding: "lg" } }),
    Drawer: Drawer.extend({
      defaultProps: {
        position: "right",
        overlayProps: { backgroundOpacity: 0.35 },
        closeButtonProps: CLOSE,
        attributes: NO_BANNER,
      },
    }),
    InputWrapper: Input.Wrapper.extend({
      styles: { label: { fontWeight: 500, marginBottom: 4 }, description: { marginBottom: 4 } },
    }),
    Loader: Loader.extend({ defaultProps: { type: "dots" } }),
    // The placeholder for the first focus is no item, which a menu may not hold.
    Menu: Menu.extend({
      defaultProps: {
        shadow: "md",
        radius: "md",
        withInitialFocusPlaceholder: false,
        // Within a landmark, where cards do not cut them off.
        portalProps: { target: "main" },
      },
    }),
    Modal: Modal.extend({
      defaultProps: {
        centered: true,
        radius: "lg",
        overlayProps: { backgroundOpacity: 0.35 },
        closeButtonProps: CLOSE,
        attributes: NO_BANNER,
      },
      styles: { title: { fontWeight: 600, fontSize: "16px" } },
    }),
    Skeleton: Skeleton.extend({ defaultProps: { radius: "sm" } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: "sm", horizontalSpacing: "md" } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, fz: "xs" } }),
  },
});

/** Tints of the dark scheme, which would otherwise be near black. */
const tints = (colors: Record<string, MantineColorsTuple>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(colors).flatMap(([name, shades]) => [
      [`--mantine-color-${name}-light`, `color-mix(in srgb, ${shades[5]} 22%, transparent)`],
      [`--mantine-color-${name}-light-hover`, `color-mix(in srgb, ${shades[5]} 30%, transparent)`],
      [`--mantine-color-${name}-light-color`, shades[2]],
    ]),
  );

/** Our own variables: the canvas behind cards, hairlines, and the four inks of charts. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": gray[6],
    "--mantine-color-placeholder": "#74746b",
    "--mantine-color-anchor": pine[7],
    "--mantine-color-error": clay[7],
    "--mantine-color-default-border": gray[3],
    "--fealty-canvas": gray[0],
    "--fealty-surface": "#ffffff",
    "--fealty-line": gray[2],
    "--fealty-hover": gray[1],
    "--fealty-gain": pine[7],
    "--fealty-loss": clay[7],
    "--fealty-chart-1": pine[5],
    "--fealty-chart-2": gold[4],
    "--fealty-chart-3": "#4b6f97",
    "--fealty-chart-4": clay[4],
  },
  dark: {
    "--mantine-color-dimmed": dark[2],
    "--mantine-color-placeholder": "#8f8f87",
    "--mantine-color-anchor": pine[3],
    "--mantine-color-error": clay[3],
    "--mantine-color-default-border": dark[4],
    ...tints({ pine, gold, clay, gray, blue: DEFAULT_THEME.colors.blue }),
    "--fealty-canvas": dark[8],
    "--fealty-surface": dark[7],
    "--fealty-line": dark[5],
    "--fealty-hover": dark[6],
    "--fealty-gain": pine[3],
    "--fealty-loss": clay[3],
    "--fealty-chart-1": pine[4],
    "--fealty-chart-2": gold[3],
    "--fealty-chart-3": "#86a8cf",
    "--fealty-chart-4": clay[3],
  },
});
