import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathBelow } from '../../src/adapters/processes.ts';
import { makeFolder } from '../helpers/folder.ts';

/** A container's root as seen from outside: link → target, and the file that a path of the container means. */
describe('pathBelow', () => {
  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['no link', {}, '/certs/ca.pem', 'certs/ca.pem'],
    ['an absolute link stays inside', { 'certs/ca.pem': '/store/ca.pem' }, '/certs/ca.pem', 'store/ca.pem'],
    ['a link to a folder', { current: '/store' }, '/current/ca.pem', 'store/ca.pem'],
    [
      'a Kubernetes secret',
      { 'certs/ca.pem': '..data/ca.pem', 'certs/..data': '..2026_11' },
      '/certs/ca.pem',
      'certs/..2026_11/ca.pem',
    ],
    ['a link that climbs out', { 'certs/ca.pem': '../../../../etc/passwd' }, '/certs/ca.pem', 'etc/passwd'],
    ['a path that climbs out', {}, '/../../etc/passwd', 'etc/passwd'],
    ['a link that leads nowhere', { 'certs/ca.pem': '/gone' }, '/certs/ca.pem', 'gone'],
  ])('%s', async (_what, links, path, expected) => {
    const root = await makeFolder({ 'certs/keep': '', 'store/ca.pem': 'x' });
    for (const [name, target] of Object.entries(links)) await symlink(target, join(root, name));
    expect(await pathBelow(root, path)).toBe(join(root, expected));
  });

  it('ends with links that go round', async () => {
    const root = await makeFolder();
    await symlink('/b', join(root, 'a'));
    await symlink('/a', join(root, 'b'));
    await expect(pathBelow(root, '/a')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
