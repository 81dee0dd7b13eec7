import type { Certificate } from '../certificates/inspect.ts';
import { marks } from '../output/style.ts';
import type { View } from '../output/view.ts';
import { certificateLines } from './cert.ts';

export interface Generated {
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly files: { readonly certificate: string; readonly key: string };
  readonly certificate: Certificate;
  /** Commands that usually come next. */
  readonly next: readonly string[];
  readonly warnings: readonly string[];
}

export const generatedView: View<Generated> = {
  text: ({ dryRun, files, certificate, next }, style) =>
    [
      dryRun
        ? `would write ${files.certificate} and ${files.key}`
        : style.green(`${marks.pass} wrote ${files.certificate} and ${files.key} (readable by you alone)`),
      ...certificateLines(certificate, 0, 1, style),
      'next:',
      ...next.map((command) => `  $ ${command}`),
    ].join('\n'),
};

export interface RepairResult {
  readonly source: string;
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly mended: readonly { readonly name: string; readonly what: string }[];
  /** What it holds, in words. */
  readonly contents: readonly string[];
  /** False when a block was left out. */
  readonly complete: boolean;
  readonly out?: string;
  /** Only without `out`; in JSON never with a private key. */
  readonly pem?: string;
  readonly warnings: readonly string[];
}

export const repairView: View<RepairResult> = {
  showsSecrets: true,
  text: ({ source, mended, contents, out, dryRun, pem, warnings }) => {
    // The PEM is of our own making: only its line breaks were escaped.
    if (pem !== undefined) return pem.replaceAll('\\n', '\n');
    const verb = dryRun ? 'would write' : 'wrote';
    const target = out === undefined ? '' : `${verb} ${out} with ${contents.join(' and ')}`;
    return [
      mended.length === 0 ? `${source}: nothing had to be mended` : `${source}:`,
      ...mended.map(({ what }) => `  ${marks.pass} ${what}`),
      ...warnings.map((warning) => `  ${marks.warn} ${warning}`),
      ...(target === '' ? [] : [target]),
    ].join('\n');
  },
};
