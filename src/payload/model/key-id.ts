/** An id as it stands in a message: some payloads have one of megabytes. */
export function shortened(id: string): string {
  return id.length > 200 ? `${id.slice(0, 200)}…` : id;
}
