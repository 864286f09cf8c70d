import { Box, Button, Center, Container, Stack, Text, Title } from "@mantine/core";
import { type ErrorComponentProps, Outlet } from "@tanstack/react-router";
import { ErrorState } from "../ui/states.tsx";
import { Logo } from "./logo.tsx";

export const RootFrame = () => <Outlet />;

/** An address that leads nowhere, or into an organisation that the person does not belong to. */
export const NotFound = () => (
  <Center mih="100dvh" p="lg" component="main">
    <Stack align="center" gap="md" ta="center">
      <Logo />
      <Title order={1}>There is nothing at this address</Title>
      <Text c="dimmed" maw={420}>
        It may have been moved, or it belongs to an organisation that you have no access to.
      </Text>
      <Button component="a" href="/" variant="default">
        Go to the start
      </Button>
    </Stack>
  </Center>
);

/** A screen that failed, in place of it; the rest of the console keeps working. */
export const RouteFailure = ({ error, reset }: ErrorComponentProps) => (
  <Container size="sm" py="xl">
    <Box>
      <ErrorState error={error} onRetry={reset} />
    </Box>
  </Container>
);
