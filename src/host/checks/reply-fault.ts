import { validateHeaderName, validateHeaderValue } from 'node:http';

/** What is wrong with the status or the headers of a plugin's answer; `undefined` if they are valid. */
export const faultInHead = ({
  status = 200,
  headers = {},
}: {
  status?: unknown;
  headers?: unknown;
}): string | undefined => {
  if (!Number.isInteger(status) || (status as number) < 200 || (status as number) > 599) {
    return '`status` is a number from 200 to 599';
  }
  return faultInHeaders(headers);
};

/** What is wrong with headers; `undefined` if they are valid. @throws Error for a name or value that HTTP does not allow */
export const faultInHeaders = (headers: unknown): string | undefined => {
  if (typeof headers !== 'object' || headers === null) return '`headers` is an object';
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value as string);
  }
  return undefined;
};
