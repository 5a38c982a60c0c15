/**
 * Copies a text to the clipboard without adding it to the page. Without https, remote pages have no clipboard API, and
 * the old `copy` command is used.
 * @throws Error if the browser allows neither
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
