/** The process exit codes. A closed, documented set: scripts branch on them. */
export const exitCodes = {
  ok: 0,
  /** The command worked and the answer is no: drift, a payload that stayed closed, X may not call Y. */
  no: 1,
  usage: 2,
  configuration: 3,
  permission: 4,
  unreachable: 5,
  conflict: 6,
  notFound: 7,
  /** Accepted, still running or not yet loaded when the wait ended. */
  pending: 8,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;
export type ExitCode = (typeof exitCodes)[ExitName];

/** With several results the first of these that is present decides (design: "Several results"). */
const precedence: readonly ExitCode[] = [70, 3, 4, 5, 6, 7, 8, 1];

export function combineExitCodes(codes: readonly ExitCode[]): ExitCode {
  const failed = codes.find((code) => code !== exitCodes.ok);
  return precedence.find((code) => codes.includes(code)) ?? failed ?? exitCodes.ok;
}
