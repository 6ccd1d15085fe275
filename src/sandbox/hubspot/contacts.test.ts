import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { account, at, contacts, input, upsertPath } from './test-support.js';

const pageSchema = z.object({ paging: z.object({ next: z.object({ after: z.string() }) }) });

describe('reads', () => {
  const ada = { email: 'ada@x.es', hs_additional_emails: 'ada@work.es', firstname: 'Ada' };
  const state = { contacts: [{ id: '7', createdAt: at, updatedAt: at, properties: ada }] };

  it('by e-mail find additional addresses, show empty properties as null and tell missing ones in a 207', async () => {
    const ask = await account(state);
    const body = {
      idProperty: 'email',
      inputs: [{ id: 'ADA@work.es' }, { id: 'nobody@x.es' }],
      properties: ['email', 'plan'],
    };
    expect(await ask('POST', `${contacts}/batch/read`, body)).toMatchObject({
      status: 207,
      body: {
        results: [{ id: '7', properties: { email: 'ada@x.es', plan: null, createdate: at, hs_object_id: '7' } }],
        errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: ['nobody@x.es'] } }],
      },
    });
  });

  it('of one contact take its id or its address, and properties repeated or with commas', async () => {
    const ask = await account(state);
    for (const path of [
      '7?properties=firstname,plan',
      'ada@x.es?idProperty=email&properties=firstname&properties=plan',
    ])
      expect(await ask('GET', `${contacts}/${path}`)).toMatchObject({
        status: 200,
        body: { properties: { firstname: 'Ada', plan: null } },
      });
    const missing = await ask('GET', `${contacts}/8`);
    expect(missing).toMatchObject({ status: 404, body: { category: 'OBJECT_NOT_FOUND' } });
    expect(missing.headers.get('x-hubspot-notfound')).toBe('true');
  });

  it('of a list go on where the last page ended', async () => {
    const ask = await account();
    await ask('POST', upsertPath, { inputs: ['a', 'b', 'c'].map((name) => input(`${name}@x.es`)) });
    const first = await ask('GET', `${contacts}?limit=2`);
    const after = pageSchema.parse(first.body).paging.next.after;
    expect(await ask('GET', `${contacts}?limit=2&after=${after}`)).toMatchObject({
      body: { results: [{ properties: { email: 'c@x.es' } }] },
    });
  });
});

describe('writes of one contact', () => {
  it('refuse an address that is taken, with the id only in the text', async () => {
    const ask = await account();
    const { body } = await ask('POST', contacts, { properties: { email: 'ada@x.es' } });
    const { id } = z.object({ id: z.string() }).parse(body);
    expect(await ask('POST', contacts, { properties: { email: 'ADA@x.es' } })).toMatchObject({
      status: 409,
      body: { message: `Contact already exists. Existing ID: ${id}`, category: 'CONFLICT' },
    });
    expect(await ask('DELETE', `${contacts}/${id}`)).toMatchObject({ status: 204, body: null });
    expect(await ask('POST', contacts, { properties: { email: 'ada@x.es' } })).toMatchObject({ status: 201 });
  });

  it('refuse a unique value that somebody else has', async () => {
    const ask = await account();
    await ask('POST', contacts, { properties: { email: 'a@x.es', chat_profile_id: 'p-1' } });
    expect(await ask('POST', contacts, { properties: { email: 'b@x.es', chat_profile_id: 'p-1' } })).toMatchObject({
      status: 400,
      body: {
        message: expect.stringMatching(/propertyName=chat_profile_id, value=p-1\} .* already has that value/) as string,
      },
    });
  });
});

describe('properties', () => {
  const properties = '/crm/v3/properties/contacts';

  it('take a new list of options as a whole', async () => {
    const ask = await account();
    const options = [{ label: 'VIP', value: 'VIP', hidden: false }];
    await ask('PATCH', `${properties}/chat_tags`, { options });
    expect(await ask('GET', `${properties}/chat_tags`)).toMatchObject({ body: { options } });
    const twice = [...options, { label: 'vip', value: 'VIP', hidden: false }];
    expect(await ask('PATCH', `${properties}/chat_tags`, { options: twice })).toMatchObject({ status: 400 });
  });

  it('are created once, and come back as they were after having been archived', async () => {
    const ask = await account();
    const shoe = { name: 'shoe_size', label: 'Shoe size', type: 'number', fieldType: 'number', groupName: 'chat' };
    expect(await ask('POST', properties, shoe)).toMatchObject({ status: 201, body: { name: 'shoe_size' } });
    expect(await ask('POST', properties, shoe)).toMatchObject({
      status: 409,
      body: { subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' },
    });
    expect(await ask('DELETE', `${properties}/shoe_size`)).toMatchObject({ status: 204 });
    expect(await ask('GET', `${properties}/shoe_size`)).toMatchObject({ status: 404 });
    expect(await ask('POST', properties, { ...shoe, type: 'string', fieldType: 'text' })).toMatchObject({
      status: 201,
      body: { type: 'number' },
    });
    expect(await ask('POST', properties, { ...shoe, name: 'other', groupName: 'nowhere' })).toMatchObject({
      status: 400,
    });
  });
});
