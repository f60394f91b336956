import { describe, expect, it } from 'vitest';
import { CloseStack } from '../../server/src/close-stack.js';

describe('the close stack', () => {
  it('closes in reverse, one after the other', async () => {
    const stack = new CloseStack();
    const events: string[] = [];
    stack.push(() => {
      events.push('first');
    });
    stack.push(async () => {
      events.push('second begins');
      await Promise.resolve();
      events.push('second ends');
    });
    await stack.close();
    expect(events).toEqual(['second begins', 'second ends', 'first']);
  });

  it('closes once, however often it is told, and every caller waits for the end', async () => {
    const stack = new CloseStack();
    let closed = 0;
    stack.push(async () => {
      await Promise.resolve();
      closed += 1;
    });
    await Promise.all([stack.close(), stack.close()]);
    await stack.close();
    expect(closed).toBe(1);
  });

  it('closes the rest when one fails, and says what failed', async () => {
    const stack = new CloseStack();
    const [sync, async] = [new Error('sync'), new Error('async')];
    let isClosed = false;
    stack.push(() => {
      isClosed = true;
    });
    stack.push(() => Promise.reject(async));
    stack.push(() => {
      throw sync;
    });
    await expect(stack.close()).rejects.toMatchObject({ errors: [sync, async] });
    expect(isClosed).toBe(true);
  });

  it('has nothing to do when nothing was opened', async () => {
    await expect(new CloseStack().close()).resolves.toBeUndefined();
  });
});
