/** The command as the user can run it again. With npx, `429chain` alone is not on the path. */
export const COMMAND_NAME = process.env.npm_command === 'exec' ? 'npx 429chain' : '429chain';
