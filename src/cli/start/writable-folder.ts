import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Why files cannot be made in a folder by the user who runs this, and what to do about it: words for one who mounted a
 * folder into a container, most likely. `undefined` when they can. A folder that is not there is made, for this user alone.
 */
export const whyNotWritable = (folder: string): string | undefined => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return foreign(nearest(folder));
    if (code === 'EEXIST' || code === 'ENOTDIR') return `${nearest(folder)} is a file. Expected a folder.`;
    return code === 'EROFS' ? `${nearest(folder)} is on a file system that can only be read.` : message;
  }
};

/** The folder itself, or the first one above it that is there. */
const nearest = (folder: string): string =>
  statSync(folder, { throwIfNoEntry: false }) === undefined && dirname(folder) !== folder
    ? nearest(dirname(folder))
    : folder;

const foreign = (folder: string): string => {
  const { uid, gid } = statSync(folder);
  const owner = `${uid}:${gid}`;
  const us = `${process.getuid?.()}:${process.getgid?.()}`;
  const told = `${folder} belongs to the user ${owner}, and 429chain runs as ${us}, who may not write there.`;
  // Nobody should be told to run it as root.
  const other =
    uid === 0 || owner === us
      ? ''
      : `\nOr run 429chain as ${owner}: \`docker run --user ${owner}\`, in docker-compose.yml \`user: "${owner}"\`.`;
  const change = owner === us ? 'chmod u+rwx' : `chown -R ${us}`;
  return `${told}\n\`${change}\` that folder; if it is mounted into a container, the one on the host.${other}`;
};
