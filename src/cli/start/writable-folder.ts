import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Checks that the current user can create files in a folder. Creates the folder, for this user only, if it does not exist.
 * @returns `undefined`, or why not and what to do. The usual case is a folder that is mounted into a container
 */
export const whyNotWritable = (folder: string): string | undefined => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return permissionText(nearest(folder));
    if (code === 'EEXIST' || code === 'ENOTDIR') return `${nearest(folder)} is a file, not a folder.`;
    return code === 'EROFS' ? `${nearest(folder)} is on a read-only file system.` : message;
  }
};

/** The folder itself, or its nearest parent that exists. */
const nearest = (folder: string): string =>
  statSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder
    ? nearest(dirname(folder))
    : folder;

const permissionText = (folder: string): string => {
  const { uid, gid } = statSync(folder);
  const owner = `${uid}:${gid}`;
  const us = `${process.getuid?.()}:${process.getgid?.()}`;
  const problem = `${folder} belongs to user ${owner}. 429chain runs as ${us}, which has no permission to write there.`;
  // Never advise to run 429chain as root.
  const other =
    uid === 0 || owner === us
      ? ''
      : `\nOr run 429chain as ${owner}: \`docker run --user ${owner}\`, in docker-compose.yml \`user: "${owner}"\`.`;
  const change = owner === us ? 'chmod u+rwx' : `chown -R ${us}`;
  return `${problem}\nRun \`${change}\` on that folder. If it is mounted into a container, run it on the host.${other}`;
};
