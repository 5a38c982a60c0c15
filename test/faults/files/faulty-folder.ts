import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE = '2m';

const run = (command: string, ...args: readonly string[]): void =>
  void execFileSync(command, args, { stdio: 'ignore' });

/** A folder; with root, a small file system of its own, which can become full or read-only. */
export class FaultyFolder {
  readonly path = mkdtempSync(join(tmpdir(), '429chain-faulty-'));
  /** Whether it is a file system of its own. */
  readonly mounted: boolean;

  constructor() {
    try {
      run('mount', '-t', 'tmpfs', '-o', `size=${SIZE},mode=0700`, '429chain-test', this.path);
      this.mounted = true;
    } catch {
      this.mounted = false;
    }
  }

  /** Fills it to the last byte. @returns what makes room again */
  fill(): () => void {
    const filler = join(this.path, 'filler');
    const fd = openSync(filler, 'w');
    for (let length = 64 * 1024; length >= 1; ) {
      try {
        writeSync(fd, Buffer.alloc(length));
      } catch {
        length = Math.floor(length / 2);
      }
    }
    closeSync(fd);
    return () => rmSync(filler, { force: true });
  }

  /** @returns what makes it writable again */
  makeReadOnly(): () => void {
    run('mount', '-o', 'remount,ro', this.path);
    return () => run('mount', '-o', 'remount,rw', this.path);
  }

  remove(): void {
    if (this.mounted) run('umount', '-l', this.path);
    rmSync(this.path, { recursive: true, force: true });
  }
}
