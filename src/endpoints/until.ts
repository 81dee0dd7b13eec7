const day = /^(\d{4})-(\d{2})-(\d{2})$/;
const time = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):(\d{2}))$/;
const dayMs = 86_400_000;

/**
 * When an `until` ends, in milliseconds since 1970: a day at 24:00 UTC of that day, an RFC 3339 time at that time.
 * Digits after the millisecond are ignored. Null for anything else, and for dates that do not exist.
 */
export function endOf(until: string): number | null {
  const date = day.exec(until);
  if (date !== null) {
    const start = utc(date);
    return start === null ? null : start + dayMs;
  }
  const match = time.exec(until);
  if (match === null) return null;
  const start = utc(match);
  const [, , , , hours, minutes, seconds, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const [h, m, s, oh, om] = [hours, minutes, seconds, offsetHours, offsetMinutes].map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (start === null || h > 23 || m > 59 || s > 59 || oh > 23 || om > 59) return null;
  const offset = (oh * 60 + om) * 60_000 * (sign === '-' ? -1 : 1);
  return start + h * 3_600_000 + m * 60_000 + s * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset;
}

function utc(match: RegExpExecArray): number | null {
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, date);
  const exists = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === date && moment.getUTCFullYear() === year;
  return exists ? moment.getTime() : null;
}

/** The end itself no longer counts. What is no `until` at all counts as over: nothing unreadable keeps a right alive. */
export function isOver(until: string | undefined, now: Date): boolean {
  if (until === undefined) return false;
  const end = endOf(until);
  return end === null || now.getTime() >= end;
}
