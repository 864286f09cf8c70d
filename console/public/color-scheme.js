// Sets the colour scheme before the first paint. A file of its own, because our content security policy allows no inline script.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("fealty-color-scheme");
  } catch {
    // A browser that refuses storage follows the system.
  }
  const dark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
