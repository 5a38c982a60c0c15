import type { Page, Request, Route } from 'playwright-core';
import { until } from '../until.js';

/** Holds back responses: the requests reach the server at once, but the page gets the responses at `release`. */
export class HeldAnswers {
  #answered = 0;
  #release: () => void = () => {};
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve;
  });

  private constructor() {}

  /** Holds the responses of `routes`, which are methods and paths below `/admin/api`, such as `PUT /default-chain`. */
  static async hold(page: Page, ...routes: readonly string[]): Promise<HeldAnswers> {
    const held = new HeldAnswers();
    await page.route(
      (url) => url.pathname.startsWith('/admin/api/'),
      (route) => (routes.includes(nameOf(route.request())) ? held.#hold(route) : route.fallback()),
    );
    return held;
  }

  /** Resolves when the server has sent `count` of the responses. */
  async reached(count = 1): Promise<void> {
    await until(() => this.#answered >= count);
  }

  release(): void {
    this.#release();
  }

  async #hold(route: Route): Promise<void> {
    const response = await route.fetch();
    this.#answered++;
    await this.#released;
    // The page may have aborted the request.
    await route.fulfill({ response }).catch(() => {});
  }
}

const nameOf = (request: Request): string =>
  `${request.method()} ${new URL(request.url()).pathname.slice('/admin/api'.length)}`;
