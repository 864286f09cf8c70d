/** Our mark: a shield that is also an F, with a point of gold. */
export const Mark = ({ size = 26 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path
      d="M3 3h26v12.5C29 23 23.6 28 16 30.5 8.4 28 3 23 3 15.5z"
      fill="var(--mantine-color-pine-filled)"
    />
    <path d="M10 9h12.5v3.2h-8.9v3.1h7.2v3.1h-7.2v6.1L10 22.6z" fill="#fff" />
    <circle cx="21.6" cy="21.6" r="2.3" fill="var(--mantine-color-gold-3)" />
  </svg>
);

export const Logo = ({ size = 26 }: { size?: number }) => (
  <span style={{ display: "inline-flex", alignItems: "center", gap: 9 }}>
    <Mark size={size} />
    <span style={{ fontSize: size * 0.69, fontWeight: 650, letterSpacing: "-0.025em" }}>Fealty</span>
  </span>
);
