import { forward } from './forward.js';
import { listen } from './listen.js';
import { readBody } from './read-body.js';

/** `node:http` and undici without any logic: what a relay in Node costs at least. */
listen((req, res) => {
  if (req.method === 'GET') res.end('ok');
  else void readBody(req).then((body) => forward(res, body));
});
