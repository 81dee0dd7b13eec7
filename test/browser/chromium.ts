import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { neighbour } from '../helpers/neighbour.ts';

/** Debian's Chromium; null when it is not installed. */
export const chromiumPath = neighbour('chromium');

/**
 * Runs `visit` in a fresh browser with an empty profile and HOME, and ends the browser whatever happens.
 * @param trusted public key hashes (base64 of the SHA-256 of the SPKI) of self-made certificates
 */
export async function inChromium<T>(
  visit: (page: Page) => Promise<T>,
  { trusted = [], size = { width: 1280, height: 900 } }: BrowserOptions = {},
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'nexusctl-chromium-'));
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? 'chromium',
    // As root, as in CI, Chromium starts without its sandbox only; it shows nothing here but pages of the tests.
    chromiumSandbox: false,
    env: { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    args: [
      '--no-proxy-server',
      ...(trusted.length === 0 ? [] : [`--ignore-certificate-errors-spki-list=${trusted.join(',')}`]),
    ],
  });
  try {
    const page = await browser.newPage({ viewport: size, locale: 'en-GB', timezoneId: 'UTC' });
    page.setDefaultTimeout(30_000);
    return await visit(page);
  } finally {
    await browser.close();
    await rm(home, { recursive: true, force: true });
  }
}

interface BrowserOptions {
  readonly trusted?: readonly string[];
  readonly size?: { readonly width: number; readonly height: number };
}
