/**
 * Puts a text on the clipboard, without it ever being in the page. Beyond this machine a browser has no clipboard for
 * pages without https; there the old command does.
 * @throws Error where the browser allows neither
 */
export const copyText = async (text: string): Promise<void> => {
  if (navigator.clipboard !== undefined) return await navigator.clipboard.writeText(text);
  const fill = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  document.addEventListener('copy', fill);
  const done = document.execCommand('copy');
  document.removeEventListener('copy', fill);
  if (!done) throw new Error('The browser does not let this page copy. Over https it would.');
};
