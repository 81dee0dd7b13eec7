/** A double in proto3 JSON. */
export function numberJson(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${String(value)}"`;
}

/** A float: the fewest digits that are it, for of 32 bits 0.1 is not 0.10000000149011612. */
export function floatJson(value: number): string {
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(short), value)) return numberJson(short);
  }
  return numberJson(value);
}
