import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Certificate = { readonly key: string; readonly cert: string };

/** Why there are no certificates here; undefined if there are. */
export function whyNoCertificates(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'openssl, which makes the certificates, is not installed';
  }
}

/** A certificate for 127.0.0.1 that nobody has signed. `expired`: its time was over before this test began. */
export function createCertificate(options: { readonly expired: boolean }): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'tunesmith-certificate-'));
  const [key, request, cert] = ['key.pem', 'request.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string, string];
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  try {
    openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, '-subj', '/CN=127.0.0.1');
    // A negative number of days ends before it begins, which is as expired as can be.
    openssl('x509', '-req', '-in', request, '-signkey', key, '-out', cert, '-days', options.expired ? '-1' : '2');
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
