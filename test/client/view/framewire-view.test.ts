import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../support/describe-with.js';
import { launchChromium, pixels } from '../../support/browser/browser.js';
import { eventually } from '../../support/eventually.js';
import { servePage } from '../../support/browser/page-server.js';
import { ScriptedServer } from '../../support/server/scripted-server.js';
import { BLUE, canvasSize, errors, live, openSite, RED, state, view, watch } from './watched-view.js';

describeWith(['chromium'], '<framewire-view>', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  it('asks for what its attributes say and draws what comes, in the size in which it comes', async () => {
    const attributes = 'stream="gate" quality="60" max-width="640" max-height="480" fps="15"';
    await using all = await watch(browser, { attributes });
    const { page, viewer } = all;
    expect(await viewer.control('subscribe')).toEqual({
      type: 'subscribe',
      stream: 'gate',
      quality: 60,
      maxWidth: 640,
      maxHeight: 480,
      fps: 15,
      mode: 'auto',
      latencyBudgetMs: 100,
    });
    viewer.agree();
    viewer.frame(1, {}, RED);
    await state(page, 'live');
    const first = await pixels(page, 'body');
    expect(await canvasSize(page)).toEqual([320, 180]);
    viewer.frame(2, {}, BLUE);
    await eventually(async () => (await canvasSize(page))[1] === 120, 'size of the second picture');
    expect(await pixels(page, 'body')).not.toBe(first);
    expect(all.complaints).toEqual([]);
  });

  it('acknowledges on arrival and reports what was drawn', async () => {
    await using all = await live(browser);
    all.viewer.frame(2, {}, RED);
    const ack = await all.viewer.ack(2);
    expect(ack).toMatchObject({ seq: 2, drawnSeq: 1, hidden: false, decodeError: false, clientDropped: 0 });
    expect(ack.drawLagMs).toBeGreaterThan(0);
    await all.page.waitForFunction(() => document.querySelector('framewire-view')?.stats()?.latencyMs.total);
    const stats = await all.page.evaluate(() => document.querySelector('framewire-view')?.stats());
    expect(stats).toMatchObject({ received: 2, clock: { synced: true } });
    expect(stats?.latencyMs.total?.p50).toBeGreaterThan(stats?.latencyMs.draw?.p50 ?? NaN);
  });

  it('changes with its attributes, over the same connection', async () => {
    await using all = await live(browser);
    const { page, viewer } = all;
    await view(page).evaluate(element => element.setAttribute('max-width', '160'));
    expect(await viewer.control('set')).toMatchObject({ maxWidth: 160 });
    viewer.agree('gate', { width: 160, height: 120 });
    await page.evaluate(() => {
      const element = document.querySelector('framewire-view');
      if (element !== null) [element.stream, element.quality] = ['yard', 80];
    });
    expect(await viewer.control('subscribe', 2)).toMatchObject({ stream: 'yard', quality: 80, maxWidth: 160 });
    viewer.agree('yard');
    viewer.frame(2, { stream: 1 }, BLUE);
    await eventually(async () => (await canvasSize(page))[0] === 160, 'picture of the other stream');
    await view(page).evaluate(element => element.removeAttribute('max-width'));
    expect(await viewer.control('set', 2)).toMatchObject({ maxWidth: 640 });
    expect(all.server.viewers).toHaveLength(1);
  });

  it('takes over what a page has set before the script came', async () => {
    const before = `
      addEventListener('readystatechange', () => {
        const view = document.querySelector('framewire-view');
        if (view !== null && document.readyState === 'interactive') Object.assign(view, { stream: 'yard', maxWidth: 160 });
      }, { capture: true });`;
    await using all = await watch(browser, { attributes: '', before });
    expect(await all.viewer.control('subscribe')).toMatchObject({ stream: 'yard', maxWidth: 160 });
    all.viewer.agree('yard');
    await view(all.page).evaluate(element => Object.assign(element, { stream: 'gate' }));
    expect(await all.viewer.control('subscribe', 2)).toMatchObject({ stream: 'gate', maxWidth: 160 });
    expect(await view(all.page).getAttribute('stream')).toBe('gate');
  });

  it('never takes the last picture of another stream for one of its own', async () => {
    // Without OffscreenCanvas the page draws, and so this test can say when.
    const before = `
      delete HTMLCanvasElement.prototype.transferControlToOffscreen;
      const request = requestAnimationFrame;
      globalThis.held = undefined;
      globalThis.requestAnimationFrame = draw => held?.push(draw) ?? request(draw);`;
    await using all = await live(browser, { before });
    const { page, viewer } = all;
    const status = (): Promise<string | undefined> =>
      page.evaluate(() => document.querySelector('framewire-view')?.status.state);
    await page.evaluate('held = []');
    viewer.frame(2, {}, BLUE);
    await eventually(() => page.evaluate('held.length > 0'), 'picture that is about to be drawn');
    await view(page).evaluate(element => element.setAttribute('stream', 'yard'));
    await viewer.control('subscribe', 2);
    await eventually(async () => (await status()) === 'starting', 'start of the other stream');
    await view(page).evaluate(element => {
      const states: string[] = [];
      element.addEventListener('framewire-status', () => {
        states.push(document.querySelector('framewire-view')?.status.state ?? '');
        document.body.dataset['states'] = states.join();
      });
      document.body.dataset['states'] = '';
    });
    await page.evaluate('held.forEach(draw => draw(performance.now())), held = undefined');
    viewer.agree('yard');
    viewer.frame(3, { stream: 1, placeholder: true }, RED);
    await eventually(async () => (await canvasSize(page))[0] === 320, 'placeholder of the other stream');
    // What it is told of a drawing, the view has told before it acknowledges the next picture.
    viewer.frame(4, { stream: 1, placeholder: true }, RED);
    await viewer.ack(4);
    expect(await page.evaluate(() => document.body.dataset['states'])).toBe('failing');
    viewer.frame(5, { stream: 1 }, RED);
    await state(page, 'live');
  });

  it('reports an attribute that is no number, and what the server refuses, and goes on', async () => {
    await using all = await live(browser);
    const { page, viewer } = all;
    await view(page).evaluate(element => element.setAttribute('fps', 'often'));
    await view(page).evaluate(element => element.setAttribute('quality', '101'));
    await eventually(async () => (await errors(page)).length === 3, 'three errors');
    expect(await errors(page)).toEqual([
      'bad-attribute: fps="often" is no number.',
      // With every change of the others.
      'bad-attribute: fps="often" is no number.',
      'bad-message: quality is a whole number from 1 to 100, or "source".',
    ]);
    viewer.frame(2, {}, BLUE);
    await eventually(async () => (await canvasSize(page))[0] === 160, 'next picture');
    expect(await state(page, 'live')).toEqual({ state: 'live' });
  });

  it('stops when it is scrolled out of view and goes on when it is back', async () => {
    await using all = await live(browser);
    const { page, viewer } = all;
    await page.evaluate(() => scrollTo(0, 2000));
    await viewer.control('pause');
    expect(await state(page, 'paused')).toEqual({ state: 'paused', by: 'hidden' });
    await page.evaluate(() => scrollTo(0, 0));
    await viewer.control('resume');
    await state(page, 'starting');
    viewer.agree();
    viewer.frame(2, {}, BLUE);
    await state(page, 'live');
  });

  it('asks for nothing before it was in view', async () => {
    const server = await ScriptedServer.open();
    await using site = await servePage(
      () => `<!doctype html>
      <script type="module" src="/framewire.js"></script><div style="height: 3000px"></div>
      <framewire-view src="${server.url}"></framewire-view>`,
    );
    await using watched = await openSite(browser, site);
    const viewer = await server.viewer();
    await eventually(() => viewer.pings > 0, 'clock sample');
    expect(viewer.controls.map(message => message.type)).toEqual(['hello']);
    await watched.page.evaluate(() => scrollTo(0, 3000));
    await viewer.control('subscribe');
    await server[Symbol.asyncDispose]();
  });

  it('stops when the page is hidden, and shows nothing old when it is seen again', async () => {
    await using all = await live(browser);
    const { page, viewer } = all;
    const setHidden = (hidden: boolean): Promise<void> =>
      page.evaluate(isHidden => {
        Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    await setHidden(true);
    await viewer.control('pause');
    // On its way when the page was hidden.
    viewer.frame(2, {}, BLUE);
    expect(await viewer.ack(2)).toMatchObject({ hidden: true });
    await setHidden(false);
    await viewer.control('resume');
    viewer.agree();
    viewer.frame(3, {}, RED);
    await state(page, 'live');
    expect(await canvasSize(page)).toEqual([320, 180]);
    viewer.frame(4, {}, RED);
    expect(await viewer.ack(4)).toMatchObject({ hidden: false, drawnSeq: 3 });
  });

  it('pauses by its attribute and by its methods', async () => {
    await using all = await live(browser);
    const { page, viewer } = all;
    await page.evaluate(() => document.querySelector('framewire-view')?.pause());
    await viewer.control('pause');
    expect(await state(page, 'paused')).toEqual({ state: 'paused', by: 'page' });
    expect(await view(page).getAttribute('paused')).toBe('');
    await page.waitForFunction(() => document.querySelector('framewire-view')?.stats()?.drawnFps === 0);
    await view(page).evaluate(element => element.removeAttribute('paused'));
    await viewer.control('resume');
    expect(viewer.controls.filter(({ type }) => type === 'set')).toEqual([]);
  });

  it('gives the bytes of the shown picture as they came', async () => {
    await using all = await watch(browser);
    const { page, viewer } = all;
    const snapshot = (): Promise<string | number[]> =>
      page.evaluate(async () => {
        try {
          const picture = await document.querySelector('framewire-view')?.snapshot();
          return [...new Uint8Array((await picture?.arrayBuffer()) ?? new ArrayBuffer(0))];
        } catch (error) {
          return String(error);
        }
      });
    expect(await snapshot()).toBe('FramewireClientError: There is no picture yet.');
    await viewer.control('subscribe');
    viewer.agree();
    viewer.frame(1, {}, BLUE);
    await state(page, 'live');
    expect(await snapshot()).toEqual([...BLUE]);
  });

  it('goes on after a picture that is none, and tells both sides', async () => {
    await using all = await live(browser);
    const { page, viewer } = all;
    viewer.frame(2, {}, new Uint8Array([255, 216, 1, 2, 3]));
    await eventually(async () => (await errors(page)).length === 1, 'error');
    expect(await errors(page)).toEqual(['bad-picture: Frame 2 is no JPEG.']);
    viewer.frame(3, {}, BLUE);
    expect(await viewer.ack(3)).toMatchObject({ decodeError: true, clientDropped: 1 });
    await eventually(async () => (await canvasSize(page))[0] === 160, 'next picture');
  });

  it('says in words why there is no live picture, also to a screen reader', async () => {
    await using all = await watch(browser);
    const { page, viewer } = all;
    const status = page.getByRole('status');
    await page.getByRole('img', { name: 'Live picture of gate' }).waitFor();
    await viewer.control('subscribe');
    await status.getByText('Starting…').waitFor();
    viewer.agree();
    viewer.frame(1, {}, RED);
    await state(page, 'live');
    viewer.say({ type: 'source', stream: 'gate', state: 'lost', code: 'unplugged', reason: 'It was unplugged.' });
    await status.getByText('No picture. It was unplugged.').waitFor();
    expect(await view(page).getAttribute('data-state')).toBe('lost');
    viewer.frame(2, { placeholder: true }, BLUE);
    viewer.say({ type: 'source', stream: 'gate', state: 'live' });
    viewer.frame(3, {}, RED);
    await state(page, 'live');
    // It stands for half a second only.
    await view(page).evaluate(element => {
      const words = element.shadowRoot?.querySelector('[role="status"]');
      const note = () => (document.body.dataset['said'] += `|${words?.textContent}`);
      if (words) new MutationObserver(note).observe(words, { subtree: true, childList: true, characterData: true });
    });
    viewer.close(1001, 'The server stops.');
    await page.waitForFunction(
      said => document.body.dataset['said']?.includes(said),
      'The server stops. Trying again in 1 s.',
    );
    await all.server.viewer(1);
    await state(page, 'starting');
  });

  it('shows why a stream cannot be had, and recovers when another is chosen or the server has changed', async () => {
    await using all = await watch(browser, { attributes: 'stream="barn"' });
    const { page, viewer } = all;
    await viewer.control('subscribe');
    viewer.say({ type: 'error', code: 'unknown-stream', message: 'No stream "barn".', hint: 'There is: gate.' });
    expect(await state(page, 'failed')).toMatchObject({ code: 'unknown-stream', hint: 'There is: gate.' });
    await page.getByText('No stream "barn". There is: gate.').waitFor();
    viewer.terminate();
    const again = await all.server.viewer(1);
    expect(await again.control('subscribe')).toMatchObject({ stream: 'barn' });
    again.say({ type: 'error', code: 'unknown-stream', message: 'Still none.' });
    await state(page, 'failed');
    await view(page).evaluate(element => element.setAttribute('stream', 'gate'));
    expect(await again.control('subscribe', 2)).toMatchObject({ stream: 'gate' });
    again.agree();
    again.frame(1, {}, RED);
    await state(page, 'live');
  });

  it('keeps its connection when it is moved, and ends it when it is removed', async () => {
    await using all = await live(browser);
    const { page, viewer, server } = all;
    await view(page).evaluate(element => document.body.prepend(element));
    viewer.frame(2, {}, BLUE);
    await eventually(async () => (await canvasSize(page))[0] === 160, 'picture after the move');
    const element = await view(page).evaluateHandle(removed => {
      removed.remove();
      return removed;
    });
    await eventually(() => viewer.isClosed, 'end of the connection');
    expect(server.viewers).toHaveLength(1);
    await element.evaluate(removed => document.body.prepend(removed));
    await (await server.viewer(1)).control('subscribe');
  });

  it('names the reason when the page forbids its worker', async () => {
    const headers = { 'content-security-policy': "default-src 'self'; worker-src 'none'; connect-src *" };
    const html = '<!doctype html><script type="module" src="/framewire.js"></script><framewire-view></framewire-view>';
    await using site = await servePage(() => html, headers);
    await using watched = await openSite(browser, site);
    const failed = { code: 'no-worker', reason: 'The worker could not be started.' };
    expect(await state(watched.page, 'failed')).toMatchObject(failed);
  });

  it('says what is wrong with an address', async () => {
    const html = `<!doctype html><script type="module" src="/framewire.js"></script>
      <framewire-view src="ftp://camera"></framewire-view>`;
    await using site = await servePage(() => html);
    await using watched = await openSite(browser, site);
    expect(await state(watched.page, 'failed')).toMatchObject({ code: 'bad-address' });
  });

  it('needs nothing that a strict policy forbids', async () => {
    await using server = await ScriptedServer.open();
    const policy = `default-src 'self'; worker-src blob:; connect-src ws://127.0.0.1:${server.port}`;
    const html = `<!doctype html><script type="module" src="/framewire.js"></script>
      <framewire-view src="${server.url}"></framewire-view>`;
    await using site = await servePage(() => html, { 'content-security-policy': policy });
    await using watched = await openSite(browser, site);
    const viewer = await server.viewer();
    await viewer.control('subscribe');
    viewer.agree();
    viewer.frame(1, {}, RED);
    await state(watched.page, 'live');
    expect(watched.complaints).toEqual([]);
  });
});
