/** A wing in thin lines: the ornament of a beginning. */
export function Wing() {
  return (
    <svg class="wing" viewBox="0 0 200 300" aria-hidden="true" focusable="false">
      <path d="M66 292C8 196 34 70 176 8c38 108-4 214-96 284z" />
      <path d="M73 292C50 190 82 86 176 8M73 292c44-62 84-128 111-212M69 290C26 208 46 110 122 44M76 290c48-46 90-98 108-156M104 112c26-2 52-12 76-32M90 160c34-4 66-18 94-46M82 206c32-8 62-26 86-60M58 150c14 6 24 8 36 6M52 196c12 6 22 8 32 6M76 96c14 6 26 8 40 6" />
    </svg>
  );
}
