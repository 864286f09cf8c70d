import { notifications } from "@mantine/notifications";
import { messageOf } from "./states.tsx";

const CLOSE = { "aria-label": "Close" };

/** Says that something was done. */
export const tell = (message: string): void => {
  notifications.show({ closeButtonProps: CLOSE, message, color: "pine", withBorder: true });
};

/** Says what was done differently from what was asked. */
export const tellWarning = (message: string): void => {
  notifications.show({
    closeButtonProps: CLOSE,
    message,
    color: "gold",
    withBorder: true,
    autoClose: 12_000,
  });
};

/** Says what failed, in the server's words. */
export const tellError = (error: unknown): void => {
  notifications.show({
    closeButtonProps: CLOSE,
    message: messageOf(error),
    color: "clay",
    withBorder: true,
    autoClose: 10_000,
  });
};
