import { describe, expect, it } from 'vitest';
import { FramewireClientError } from '../../client/src/errors.js';
import { Subscription, type Subscribed, type SubscriptionMessage } from '../../client/src/subscription.js';

function chosen(quality: number): Subscribed {
  const rendition = { id: 1, codec: 'jpeg', width: 640, height: 360, quality, fps: null } as const;
  return { stream: 'gate', streamId: 0, rendition, mode: 'fixed', cause: 'asked', why: '' };
}

const REFUSED = new FramewireClientError('unknown-stream', 'There is no such stream.');

/** A subscription, what it sent, and the codes that its promises were rejected with. */
function setUp(): { subscription: Subscription; sent: SubscriptionMessage[] } {
  const sent: SubscriptionMessage[] = [];
  return { subscription: new Subscription(message => sent.push(message)), sent };
}

async function agreed(): Promise<ReturnType<typeof setUp>> {
  const all = setUp();
  all.subscription.connected();
  const answer = all.subscription.subscribe({ stream: 'gate', quality: 40, maxWidth: 640 });
  all.subscription.answered(chosen(40));
  await answer;
  all.sent.length = 0;
  return all;
}

describe('Subscription', () => {
  it('asks as soon as it is connected and resolves with the answer', async () => {
    const { subscription, sent } = setUp();
    const answer = subscription.subscribe({ stream: 'gate' });
    expect(sent).toEqual([]);
    subscription.connected();
    expect(sent).toEqual([{ type: 'subscribe', stream: 'gate' }]);
    subscription.answered(chosen(30));
    expect(await answer).toEqual(chosen(30));
  });

  it('rejects with what the server refused, and asks the next', async () => {
    const { subscription, sent } = setUp();
    subscription.connected();
    const first = subscription.subscribe({ stream: 'nope' });
    const second = subscription.subscribe({ stream: 'gate' });
    expect(subscription.refused(REFUSED)).toBe(true);
    await expect(first).rejects.toBe(REFUSED);
    subscription.answered(chosen(30));
    expect(await second).toEqual(chosen(30));
    expect(sent.map(message => 'stream' in message && message.stream)).toEqual(['nope', 'gate']);
  });

  it('sends the wishes of a dragged slider one round trip at a time, newest first', async () => {
    const { subscription, sent } = await agreed();
    const answers = [10, 20, 30, 40].map(quality => subscription.set({ quality }));
    answers.push(subscription.set({ fps: 5 }));
    expect(sent).toEqual([{ type: 'set', quality: 10 }]);
    subscription.answered(chosen(10));
    expect(sent.slice(1)).toEqual([{ type: 'set', quality: 40, fps: 5 }]);
    subscription.answered(chosen(40));
    expect((await Promise.all(answers)).map(answer => answer.rendition.quality)).toEqual([10, 40, 40, 40, 40]);
  });

  it('takes a wish that is undefined for none', async () => {
    const { subscription } = await agreed();
    void subscription.set({ quality: undefined, fps: 5 });
    subscription.answered(chosen(40));
    expect(subscription.wanted).toEqual({ stream: 'gate', quality: 40, maxWidth: 640, fps: 5 });
  });

  it('refuses to change what there is not', async () => {
    const { subscription } = setUp();
    await expect(subscription.set({ quality: 5 })).rejects.toMatchObject({ code: 'not-subscribed' });
  });

  it('subscribes anew after a reconnect, with everything that was changed', async () => {
    const { subscription, sent } = await agreed();
    void subscription.set({ quality: 80, maxWidth: null });
    subscription.answered(chosen(80));
    subscription.disconnected();
    sent.length = 0;
    subscription.connected();
    expect(sent).toEqual([{ type: 'subscribe', stream: 'gate', quality: 80, maxWidth: null }]);
  });

  it('keeps a change that had no answer for after the reconnect, and the old wishes if it is refused', async () => {
    const { subscription, sent } = await agreed();
    const answer = subscription.set({ quality: 500 });
    subscription.disconnected();
    sent.length = 0;
    subscription.connected();
    expect(sent).toEqual([{ type: 'subscribe', stream: 'gate', quality: 40, maxWidth: 640 }]);
    subscription.answered(chosen(40));
    expect(sent.slice(1)).toEqual([{ type: 'set', quality: 500 }]);
    subscription.refused(REFUSED);
    await expect(answer).rejects.toBe(REFUSED);
    expect(subscription.wanted).toEqual({ stream: 'gate', quality: 40, maxWidth: 640 });
  });

  it('says whether anybody waited for what was refused', async () => {
    const { subscription } = await agreed();
    expect(subscription.refused(REFUSED)).toBe(false);
    subscription.disconnected();
    subscription.connected();
    expect(subscription.refused(REFUSED)).toBe(false);
  });

  it('pauses and resumes at the server', async () => {
    const { subscription, sent } = await agreed();
    subscription.pause();
    subscription.pause();
    subscription.resume();
    subscription.resume();
    expect(sent).toEqual([{ type: 'pause' }, { type: 'resume' }]);
  });

  it('asks for nothing while paused, and for all of it after', async () => {
    const { subscription, sent } = await agreed();
    subscription.pause();
    const answers = [subscription.set({ quality: 10 }), subscription.set({ fps: 5 })];
    expect(sent).toEqual([{ type: 'pause' }]);
    subscription.resume();
    expect(sent.slice(1)).toEqual([{ type: 'resume' }]);
    subscription.answered(chosen(40));
    expect(sent.slice(2)).toEqual([{ type: 'set', quality: 10, fps: 5 }]);
    subscription.answered(chosen(10));
    await Promise.all(answers);
  });

  it('does not resume the old stream when another was chosen meanwhile', async () => {
    const { subscription, sent } = await agreed();
    subscription.pause();
    const answer = subscription.subscribe({ stream: 'yard' });
    subscription.resume();
    expect(sent).toEqual([{ type: 'pause' }, { type: 'subscribe', stream: 'yard' }]);
    subscription.answered(chosen(30));
    await answer;
  });

  it('waits through a reconnect while paused', async () => {
    const { subscription, sent } = await agreed();
    subscription.pause();
    subscription.disconnected();
    sent.length = 0;
    subscription.connected();
    expect(sent).toEqual([]);
    subscription.resume();
    expect(sent).toEqual([{ type: 'subscribe', stream: 'gate', quality: 40, maxWidth: 640 }]);
  });

  it('gets its answer after a pause that came before it', async () => {
    const { subscription, sent } = setUp();
    subscription.connected();
    const answer = subscription.subscribe({ stream: 'gate' });
    subscription.pause();
    subscription.resume();
    expect(sent).toEqual([{ type: 'subscribe', stream: 'gate' }, { type: 'pause' }, { type: 'resume' }]);
    subscription.answered(chosen(30));
    await answer;
  });

  it('has nothing to resume after a refusal', async () => {
    const { subscription, sent } = setUp();
    subscription.connected();
    const answer = subscription.subscribe({ stream: 'nope' });
    subscription.pause();
    subscription.refused(REFUSED);
    await expect(answer).rejects.toBe(REFUSED);
    sent.length = 0;
    subscription.resume();
    expect(sent).toEqual([]);
  });

  it('tells those who wait when it is unsubscribed or ended', async () => {
    const { subscription, sent } = await agreed();
    const first = subscription.set({ quality: 1 });
    subscription.unsubscribe();
    await expect(first).rejects.toMatchObject({ code: 'not-subscribed' });
    expect(sent.at(-1)).toEqual({ type: 'unsubscribe' });
    expect(subscription.wanted).toBeUndefined();

    const second = subscription.subscribe({});
    subscription.end(REFUSED);
    await expect(second).rejects.toBe(REFUSED);
  });

  it('forgets what was unsubscribed when it reconnects', async () => {
    const { subscription, sent } = await agreed();
    subscription.unsubscribe();
    subscription.disconnected();
    sent.length = 0;
    subscription.connected();
    expect(sent).toEqual([]);
  });
});
