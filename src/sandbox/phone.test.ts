import { describe, expect, it, onTestFinished } from 'vitest';
import { createChatfuelEmulator, sandboxBot } from './chatfuel/index.js';
import type { Emulator, SandboxWorld } from './emulator.js';
import { createLandbotEmulator, sandboxToken } from './landbot/index.js';
import { createManychatEmulator, sandboxApiKey } from './manychat/index.js';
import { startSandbox } from './sandbox-server.js';

async function start(create: (world: SandboxWorld) => Emulator, authorization: string) {
  const sandbox = await startSandbox(create, { port: 0 });
  onTestFinished(() => sandbox.close());
  const send = async (method: string, path: string, body: object = {}): Promise<number> => {
    const headers = { authorization, 'content-type': 'application/json' };
    return (await fetch(`${sandbox.origin}${path}`, { method, headers, body: JSON.stringify(body) })).status;
  };
  const page = async (path: string) => (await fetch(`${sandbox.origin}${path}`)).text();
  return { send, page };
}

/** What a person reads on a page, tags taken away. */
const words = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('a phone', () => {
  it('shows what a ManyChat contact would have seen: flows, texts, buttons, pictures, cards', async () => {
    const { send, page } = await start(createManychatEmulator, `Bearer ${sandboxApiKey}`);
    const subscriber_id = '5900000000000017';
    await send('POST', '/fb/sending/sendFlow', { subscriber_id, flow_ns: 'content20260101120000_100002' });
    const messages = [
      { type: 'text', text: '<script>alert(1)</script>', buttons: [{ type: 'url', caption: 'Shop', url: 'https://shop.test' }] }, // prettier-ignore
      { type: 'image', url: 'https://cdn.test/i.png' },
      { type: 'cards', elements: [{ title: 'Plan A', subtitle: 'cheap', buttons: [{ type: 'node', caption: 'Take it', target: 'Step 2' }] }] }, // prettier-ignore
    ];
    const quick_replies = [{ type: 'node', caption: 'Later', target: 'Remind' }];
    const data = { version: 'v2', content: { type: 'instagram', messages, quick_replies } };
    expect(await send('POST', '/fb/sending/sendContent', { subscriber_id, data, message_tag: 'ACCOUNT_UPDATE' })).toBe(
      200,
    );
    const html = await page('/_sandbox/phone');
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    for (const shown of [
      'The flow “Abandoned cart” begins.',
      'Shop → https://shop.test',
      'image: https://cdn.test/i.png',
      'Plan A cheap',
      'Take it → Step 2',
      'Later → Remind',
      'sendContent on instagram, ACCOUNT_UPDATE',
    ])
      expect(words(html)).toContain(shown);
    expect(await page('/_sandbox')).toContain(`<a href="/_sandbox/phone?contact=${subscriber_id}">`);
  });

  it('shows what a Landbot customer would have seen: texts, pictures, templates, bots', async () => {
    const { send, page } = await start(createLandbotEmulator, `Token ${sandboxToken}`);
    await send('PUT', '/v1/customers/7/assign_bot/77/', { launch: true, node: 'b1' });
    await send('POST', '/v1/customers/7/send_text/', { message: 'Hola' });
    await send('POST', '/v1/customers/7/send_image/', { url: 'https://cdn.test/a.png', caption: 'A box' });
    await send('POST', '/v1/customers/7/send_template/', { template_id: 12, template_language: 'es', template_params: ['Ana'] }); // prettier-ignore
    await send('POST', '/v1/customers/7/send_image/', { odd: true });
    const shown = words(await page('/_sandbox/phone?contact=7'));
    expect(shown).toMatch(
      /The bot 77 takes over at the block b1\..*Hola.*image: https:\/\/cdn\.test\/a\.png A box.*Template 12 \(es\) with “Ana”/,
    );
    expect(shown).toContain('&quot;odd&quot;:true');
  });

  it('shows which blocks a Chatfuel user would have got, but none that says nothing', async () => {
    const { send, page } = await start(createChatfuelEmulator, '');
    const { id, token, syncBlock } = sandboxBot;
    const block = (name: string) => {
      const query = new URLSearchParams({ chatfuel_token: token, chatfuel_block_name: name, plan: 'pro' });
      return send('POST', `/bots/${id}/users/6112/send?${query.toString()}`);
    };
    await block(syncBlock);
    expect(words(await page('/_sandbox/phone?contact=6112'))).toContain('Nothing received yet.');
    await block('Abandoned cart');
    expect(words(await page('/_sandbox/phone'))).toContain('The block “Abandoned cart” is shown.');
  });

  it('is there before anybody has received anything', async () => {
    const { page } = await start(createManychatEmulator, '');
    expect(words(await page('/_sandbox/phone'))).toContain('Nobody yet');
  });
});
