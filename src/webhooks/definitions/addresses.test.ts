import { describe, expect, test } from "vitest";
import { isPrivateAddress, objectionToUrl, publicLookup } from "./addresses.ts";

describe("an address", () => {
  test.each(
    `127.0.0.1 127.8.8.8 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1
     255.255.255.255 ::1 :: fe80::1 fe80::1%eth0 fd00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 2002:7f00:1::
     nonsense`.split(/\s+/),
  )("%s is private", (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  test.each(["1.1.1.1", "172.32.0.1", "192.167.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])(
    "%s is public",
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );
});

describe("the URL of a webhook", () => {
  test.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "example.com/hooks",
    "https://name:password@example.com/",
    `https://example.com/${"a".repeat(2000)}`,
  ])("may never be %s", (url) => {
    expect(objectionToUrl(url, true)).not.toBeNull();
  });

  test.each([
    "http://localhost/",
    "http://localhost.:80/",
    "http://shop.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://127.0.0.1:8080/",
    // Other spellings of it.
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data",
  ])("is %s only where the operator allows it", (url) => {
    expect(objectionToUrl(url, false)).toMatch(/private network/);
    expect(objectionToUrl(url, true)).toBeNull();
  });

  test.each(["https://example.com/hooks?a=b", "http://1.1.1.1/", "https://[2606:4700::1111]/x"])(
    "may be %s",
    (url) => {
      expect(objectionToUrl(url, false)).toBeNull();
    },
  );
});

test("a name that leads to this machine is found to be nobody's", async () => {
  const found = new Promise((resolve) => publicLookup("localhost", {}, (error) => resolve(error)));
  expect(await found).toMatchObject({ code: "EPRIVATE" });
});
