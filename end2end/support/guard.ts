// Fails a journey on anything a reader of the browser's console would frown at: errors, warnings, exceptions, policy
// violations, requests that fail or leave the server. Refused documents (a form that is answered 4xx, a page that is
// not there) must be announced with `allow`, and then the browser's own line about that very document is let pass.
import type { BrowserContext, Request, Response } from '@playwright/test';

interface Announced {
  readonly status: number;
  readonly path: RegExp;
  met: boolean;
}

interface Answer {
  readonly status: number;
  readonly url: string;
}

const OWN_LINE = /^Failed to load resource: the server responded with a status of (\d+) /;

export class Guard {
  private readonly problems: string[] = [];
  private readonly announced: Announced[] = [];
  private readonly documents: Answer[] = [];
  private readonly lines: (Answer & { text: string })[] = [];

  constructor(private readonly origin: string) {}

  /** Documents at this path may be answered with this status, and one must be. */
  allow(status: number, path: RegExp): void {
    this.announced.push({ status, path, met: false });
  }

  /** Watches every window of a context; `hasScript` says whether its pages may run scripts. */
  watch(context: BrowserContext, hasScript: boolean): void {
    context.on('console', (message) => {
      if (!['error', 'warning', 'assert'].includes(message.type())) return;
      const { url } = message.location();
      const own = OWN_LINE.exec(message.text());
      if (own) this.lines.push({ status: Number(own[1]), url, text: message.text() });
      else this.problems.push(`console ${message.type()}: ${message.text()} (${url})`);
    });
    context.on('weberror', (error) => this.problems.push(`exception: ${error.error().stack ?? error.error().message}`));
    context.on('requestfailed', (request) => this.failed(request, hasScript));
    context.on('response', (response) => this.answered(response));
  }

  /** What went wrong, announced documents aside. */
  settle(): string[] {
    const wrong = [...this.problems];
    const isKnown = (line: Answer) => this.documents.some((seen) => seen.url === line.url && seen.status === line.status);
    wrong.push(...this.lines.filter((line) => !isKnown(line)).map((line) => `console error: ${line.text} (${line.url})`));
    const missing = this.announced.filter(({ met }) => !met);
    wrong.push(...missing.map(({ status, path }) => `no document at ${path} was answered ${status}, as announced`));
    return wrong;
  }

  private failed(request: Request, hasScript: boolean): void {
    const why = request.failure()?.errorText;
    // The page was left while it was still asking.
    if (why === 'net::ERR_ABORTED') return;
    // How Chromium puts it that scripts are switched off.
    if (!hasScript && why === 'csp' && request.resourceType() === 'script') return;
    this.problems.push(`request failed: ${request.method()} ${request.url()}: ${why}`);
  }

  private answered(response: Response): void {
    const request = response.request();
    const url = new URL(response.url());
    if (url.protocol !== 'data:' && url.origin !== this.origin) {
      this.problems.push(`a request left the server: ${response.url()}`);
    }
    const status = response.status();
    if (status < 400) return;
    const expected = this.announced.find((one) => one.status === status && one.path.test(url.pathname));
    if (expected && request.isNavigationRequest()) {
      expected.met = true;
      this.documents.push({ status, url: response.url() });
    } else {
      this.problems.push(`${request.method()} ${response.url()} was answered ${status}`);
    }
  }
}
