import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Access } from '../../../server/src/access/access.js';

function gate(allowedOrigins: readonly string[] = []) {
  const told: string[] = [];
  return { told, access: new Access({ host: 'localhost', allowedOrigins }, sentence => void told.push(sentence)) };
}

function request(host: string, origin?: string): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.headers = { host, ...(origin !== undefined && { origin }) };
  return message;
}

describe('a page that may not watch', () => {
  it('reads no flags of a command line, which the log has', () => {
    const { access, told } = gate();
    const refusal = access.refusedOrigin(request('cam.example', 'https://a.example'));
    expect(refusal?.code).toBe('origin-refused');
    expect(refusal?.message).toContain('https://a.example');
    expect(`${refusal?.message} ${refusal?.hint}`).not.toContain('--');
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('--allow-origin https://a.example ');
    expect(told[0]).toContain('"cam.example"');
  });

  it('is told of once, however often it tries', () => {
    const { access, told } = gate();
    for (const origin of ['https://a.example', 'https://b.example', 'https://a.example']) {
      expect(access.refusedOrigin(request('cam.example', origin))).toBeDefined();
    }
    expect(told).toHaveLength(2);
  });

  it('does not fill the log with names that it makes up, nor write there what is none', () => {
    const { access, told } = gate();
    const madeUp = ['no site', `https://${'a'.repeat(300)}.example`, ''];
    for (const origin of madeUp) expect(access.refusedOrigin(request('localhost', origin))).toBeDefined();
    expect(told).toEqual([]);
    for (let i = 0; i < 1000; i += 1) access.refusedOrigin(request('localhost', `https://${i}.example`));
    expect(told).toHaveLength(50);
  });

  it('can be a file, which has no name: all must be allowed then', () => {
    const { access, told } = gate();
    expect(access.refusedOrigin(request('localhost', 'null'))).toBeDefined();
    expect(told[0]).toContain("--allow-origin '*' ");
  });
});

it('a page of an allowed site, and who has none, may watch', () => {
  const { access, told } = gate(['https://a.example']);
  expect(access.refusedOrigin(request('localhost', 'https://a.example'))).toBeUndefined();
  expect(access.refusedOrigin(request('localhost'))).toBeUndefined();
  expect(told).toEqual([]);
});
