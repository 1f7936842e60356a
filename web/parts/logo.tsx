/** The mark of the product: to be drawn anew by whoever brands the page. */
export function Logo({ size = 28 }: { readonly size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M8 19v-6M12 22V10M16 20v-8M20 23V9M24 18v-4" />
    </svg>
  );
}
