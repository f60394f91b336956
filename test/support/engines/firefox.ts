import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { startFirefoxProcess } from '../browser/firefox.js';
import { eventually } from '../eventually.js';
import { clickActions, keyActions } from './actions.js';
import { Bidi } from './bidi.js';
import { languageScript, type DrivenBrowser, type DrivenPage, type PageOptions } from './driven-page.js';

/** Where Firefox tells, in its profile, how to reach it. */
const ADDRESS_FILE = 'WebDriverBiDiServer.json';
const address = z.object({ ws_host: z.string(), ws_port: z.number() });

const logEntry = z.object({
  level: z.string(),
  text: z.nullable(z.string()),
  source: z.object({ context: z.string().optional() }),
});

const evaluated = z.discriminatedUnion('type', [
  z.object({ type: z.literal('success'), result: z.object({ value: z.string() }) }),
  z.object({ type: z.literal('exception'), exceptionDetails: z.object({ text: z.string() }) }),
]);

/** Debian's Firefox, without a window, driven by WebDriver BiDi. Check `missing('firefox-esr')` first. */
export async function startFirefox(): Promise<DrivenBrowser> {
  const firefox = await startFirefoxProcess(['--remote-debugging-port', '0']);
  const complaints = new Map<string, string[]>();
  const onEvent = (method: string, params: unknown) => {
    if (method !== 'log.entryAdded') return;
    const { level, text, source } = logEntry.parse(params);
    if (level === 'error' || level === 'warn') complaints.get(source.context ?? '')?.push(text ?? '');
  };
  try {
    const { ws_host, ws_port } = await eventually(() => readAddress(firefox.profile), 'Firefox', 60_000);
    const bidi = await Bidi.connect(`ws://${ws_host}:${ws_port}/session`, onEvent);
    await bidi.send(z.unknown(), 'session.subscribe', { events: ['log.entryAdded'] });
    return {
      open: options => openPage(bidi, complaints, options),
      async [Symbol.asyncDispose]() {
        bidi.close();
        await firefox[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await firefox[Symbol.asyncDispose]();
    throw error;
  }
}

/** @returns undefined while Firefox starts */
async function readAddress(profile: string): Promise<z.infer<typeof address> | undefined> {
  const text = await readFile(join(profile, ADDRESS_FILE), 'utf8').catch(() => '');
  // It may be read while it is written.
  return text.trimEnd().endsWith('}') ? address.parse(JSON.parse(text)) : undefined;
}

async function openPage(
  bidi: Bidi,
  complaints: Map<string, string[]>,
  { size, language }: PageOptions,
): Promise<DrivenPage> {
  const send = (method: string, params: object) => bidi.send(z.unknown(), method, params);
  const { userContext } = await bidi.send(z.object({ userContext: z.string() }), 'browser.createUserContext', {});
  const tab = { type: 'tab', userContext };
  const { context } = await bidi.send(z.object({ context: z.string() }), 'browsingContext.create', tab);
  const own: string[] = [];
  complaints.set(context, own);
  await send('browsingContext.setViewport', { context, viewport: size });
  const functionDeclaration = `() => { ${languageScript(language)} }`;
  await send('script.addPreloadScript', { functionDeclaration, contexts: [context] });
  return {
    complaints: own,
    goto: async url => void (await send('browsingContext.navigate', { context, url, wait: 'complete' })),
    async evaluate(look, argument = '') {
      const call = {
        functionDeclaration: String(look),
        arguments: [{ type: 'string', value: argument }],
        target: { context },
        awaitPromise: false,
      };
      const answer = await bidi.send(evaluated, 'script.callFunction', call);
      if (answer.type === 'exception') throw new Error(answer.exceptionDetails.text);
      return answer.result.value;
    },
    click: async at => void (await send('input.performActions', { context, actions: clickActions(at) })),
    press: async key => void (await send('input.performActions', { context, actions: keyActions(key) })),
    async [Symbol.asyncDispose]() {
      await send('browser.removeUserContext', { userContext });
      complaints.delete(context);
    },
  };
}
