import {
  Alert,
  Box,
  Button,
  Card,
  Center,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDocumentTitle } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/errors.ts";
import { sessionQuery, signIn } from "../api/session.ts";
import { CheckedForm } from "../ui/checked-form.tsx";
import { required } from "../ui/form-errors.ts";
import { messageOf } from "../ui/states.tsx";
import { Logo } from "./logo.tsx";
import classes from "./sign-in.module.css";

const route = getRouteApi("/signin");

/** Signs a person in and leads to where they wanted to go. */
export const SignInPage = () => {
  useDocumentTitle("Sign in · Fealty");
  const { next } = route.useSearch();
  const router = useRouter();
  const queryClient = useQueryClient();
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useForm({
    initialValues: { email: "", password: "" },
    validate: { email: required("Enter your e-mail address"), password: required("Enter your password") },
  });

  const submit = async ({ email, password }: { email: string; password: string }) => {
    setBusy(true);
    setError(null);
    try {
      const session = await signIn(email, password);
      queryClient.clear();
      queryClient.setQueryData(sessionQuery.queryKey, session);
      router.history.push(next ?? "/");
    } catch (reason) {
      const isWrong = reason instanceof ApiError && reason.status === 401;
      setError(isWrong ? "The e-mail address or the password is wrong." : messageOf(reason));
      setBusy(false);
    }
  };

  return (
    <Center mih="100dvh" p="md" className={classes.ground!}>
      <Box w="100%" maw={400} component="main">
        <Center mb="xl">
          <Logo size={36} />
        </Center>
        <Card padding="xl">
          <CheckedForm onSubmit={form.onSubmit((values) => void submit(values))}>
            <Stack gap="md">
              <Heading />
              {error !== null && (
                <Alert color="clay" role="alert" variant="light">
                  {error}
                </Alert>
              )}
              <TextInput
                label="E-mail"
                type="email"
                autoComplete="username"
                required
                withAsterisk={false}
                autoFocus
                {...form.getInputProps("email")}
              />
              <PasswordInput
                label="Password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                {...form.getInputProps("password")}
              />
              <Button type="submit" loading={busy} fullWidth mt="xs">
                Sign in
              </Button>
            </Stack>
          </CheckedForm>
        </Card>
      </Box>
    </Center>
  );
};

const Heading = () => (
  <div>
    <Title order={1} size="h2">
      Sign in
    </Title>
    <Text c="dimmed" size="sm">
      to your organisation’s console
    </Text>
  </div>
);
