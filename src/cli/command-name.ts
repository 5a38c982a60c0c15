/** How this command is called, for advice: one who came by npx has no `429chain` of their own. */
export const OWN_NAME = process.env.npm_command === 'exec' ? 'npx 429chain' : '429chain';
