import type { IncomingMessage, ServerResponse } from 'node:http';
import { FramewireError } from '../errors.js';
import { isEncrypted, isForwarded } from './client-address.js';
import { isForThisMachineOnly, isNamed, mayBeCalled, mayWatch, type AllowedNames } from './origins.js';

/** So many different refusals are told to the operator; beyond, somebody only makes up names. So is a longer one. */
const MOST_TOLD = 50;
const LONGEST_TOLD = 260;

/** Whom the command line lets in: refuses everybody else, and tells the operator how to let them in. */
export class Access {
  readonly #names: AllowedNames;
  readonly #tell: (sentence: string) => void;
  readonly #told = new Set<string>();

  /** @param tell gets a sentence for the operator, once for each origin or name that was refused. */
  constructor(names: AllowedNames, tell: (sentence: string) => void) {
    this.#names = names;
    this.#tell = tell;
  }

  /**
   * Refuses a request that calls a server of this machine by the name of another. Whoever owns a name can let it stand
   * for 127.0.0.1 once a page of theirs is open: for the browser that page is then of the same origin as this server, and
   * may read all of it.
   */
  refusedHost({ headers, socket }: IncomingMessage): FramewireError | undefined {
    const name = headers.host;
    const isForAll = !isForThisMachineOnly(this.#names.host, socket.localAddress);
    if (isForAll || mayBeCalled(name, this.#names)) return undefined;
    const site = `http://${name}`;
    this.#tellOnce(site, `Requests for ${name} are refused. --allow-origin ${site} lets this server be called so.`);
    const message = `This server is for this machine only, and "${name}" is not one of its names.`;
    const scheme = isEncrypted(socket) ? 'https' : 'http';
    return new FramewireError('host-refused', message, `Open ${scheme}://localhost:${socket.localPort}/`);
  }

  /** Refuses what a proxy passes on to a server of this machine from others: nobody has said that they may watch. */
  refusedProxy({ headers, socket }: IncomingMessage): FramewireError | undefined {
    const { host, allowedOrigins, isForEverybody } = this.#names;
    const isForAll = isForEverybody === true || !isForThisMachineOnly(host, socket.localAddress);
    const name = headers.host ?? '';
    if (isForAll || !isForwarded(headers) || isNamed(name, allowedOrigins)) return undefined;
    const site = `http://${name}`;
    const ways = `--auth token asks them for a token, --allow-origin ${site} lets them watch without one.`;
    this.#tellOnce(`proxy ${site}`, `A proxy passes on what others ask of ${name}: it is refused. ${ways}`, site);
    const message = 'A proxy passes this on, and this server is open to its own machine only.';
    return new FramewireError('proxy-refused', message, 'Whoever runs it finds in its log how to allow it.');
  }

  /** Refuses the WebSocket of a page of another site. */
  refusedOrigin({ headers: { origin, host } }: IncomingMessage): FramewireError | undefined {
    if (mayWatch(origin, host, this.#names.allowedOrigins)) return undefined;
    const site = origin ?? '';
    this.#tellOnce(
      site,
      `Pages of ${site} are refused. --allow-origin ${site === 'null' ? "'*'" : site} lets them watch. ` +
        `If a proxy serves them, it should pass on the Host that it is asked for; this one said "${host ?? ''}".`,
    );
    return refusalOf(site);
  }

  /**
   * Says by plain HTTP why the WebSocket of a page was refused, if one has come through to here.
   *
   * @param origin of the page, as it says itself: browsers send none along to what they take for the page's own server.
   */
  refusedBefore({ headers }: IncomingMessage, origin: string | undefined): FramewireError | undefined {
    if (origin === undefined || !this.#told.has(origin)) return undefined;
    return mayWatch(origin, headers.host, this.#names.allowedOrigins) ? undefined : refusalOf(origin);
  }

  /** Who may show a page of this server in a frame, as CSP sources; undefined: everybody, files too, which `*` leaves out. */
  get frameAncestors(): string[] | undefined {
    const { allowedOrigins } = this.#names;
    return allowedOrigins.includes('*') ? undefined : ["'self'", ...allowedOrigins];
  }

  /**
   * Lets pages of allowed sites read the answer (Fetch standard, CORS protocol); all may show pictures of it.
   *
   * @param isKnown a page that has sent a token of its own may read as well.
   */
  letRead(request: IncomingMessage, response: ServerResponse, isKnown: boolean): void {
    const { allowedOrigins } = this.#names;
    const { origin } = request.headers;
    if (allowedOrigins.length === 0 && !isKnown) return;
    // For caches between: the next page may be none that is allowed.
    response.setHeader('Vary', 'Origin');
    const isAllowed = isKnown || allowedOrigins.includes('*') || allowedOrigins.includes(origin ?? '');
    if (origin === undefined || !isAllowed) return;
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Expose-Headers', 'X-Captured-At');
  }

  #tellOnce(what: string, sentence: string, site = what): void {
    const isMadeUp = site !== 'null' && (!URL.canParse(site) || site.length > LONGEST_TOLD);
    if (isMadeUp || this.#told.has(what) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(what);
    this.#tell(sentence);
  }
}

function refusalOf(origin: string): FramewireError {
  const message = `This server does not let pages of ${origin} open a live connection.`;
  return new FramewireError('origin-refused', message, 'Whoever runs it finds in its log how to allow them.');
}
