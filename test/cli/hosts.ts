/** Node options that replace DNS lookups with `found`, so that no test key is sent to a provider. */
const withHosts = (found: string): string =>
  `--import=data:text/javascript,${encodeURIComponent(
    `import dns from 'node:dns'; const { lookup } = dns;
    dns.lookup = (host, ...rest) => (/^[\\d.]+$/.test(host) ? lookup(host, ...rest) : (${found})(rest.at(-1)));`,
  )}`;

/** Node options with which no host is found. */
export const NOWHERE = withHosts("(done) => done(Object.assign(new Error('nowhere'), { code: 'ENOTFOUND' }))");
/** Node options with which every look-up of a host lasts for ever. */
export const NEVER = withHosts('() => {}');
