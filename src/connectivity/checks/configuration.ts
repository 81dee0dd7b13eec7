import type { ProfileFinding } from '../../profile/profile.ts';
import type { Check } from '../check.ts';
import { finding, type Finding } from '../finding.ts';
import { placeOf } from '../place.ts';

/** What the merge of flags, variables and files has found about itself. */
export const configuration: Check<'configuration'> = {
  id: 'configuration',
  title: 'the configuration says the same to every reader',
  layer: 'local',
  needs: [],
  run: ({ subject }) => Promise.resolve({ findings: subject.profile.findings.map(fromProfile), evidence: null }),
};

export function fromProfile({ code, severity, message, origin, fix, affects }: ProfileFinding): Finding {
  const { evidence, location } = placeOf(origin);
  return finding(code, message, {
    severity,
    evidence,
    ...(fix === undefined ? {} : { fix: [{ text: fix }] }),
    ...(location === undefined ? {} : { location }),
    ...(affects === undefined ? {} : { affects }),
  });
}
