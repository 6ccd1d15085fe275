import { describe, expect, it } from 'vitest';
import { UnreadableBodyError } from '../../chat-platform.js';
import { getRequest, requestWith, sourceOf } from '../../test-support.js';
import { generic } from './generic.js';

const parse = (request: ReturnType<typeof requestWith>, settings: object = {}) =>
  generic.parse(request, sourceOf(generic, settings));

describe('a request of any program', () => {
  it.each([
    ['a JSON object', requestWith({ contact_id: 7, event: 'Order placed', plan: 'pro', total: 0 })],
    ['a list of them', requestWith([{ contact_id: 7, event: 'Order placed', plan: 'pro', total: 0 }])],
    [
      'a person wrapped beside the event',
      requestWith({ contact: { id: 7, plan: 'pro' }, event: 'Order placed', id: 99 }),
    ],
    ['a form', requestWith('contact_id=7&event=Order+placed&plan=pro')],
    ['fields in the address', getRequest('contact_id=7&event=Order+placed&plan=pro')],
  ])('may be %s', (_what, request) => {
    const [event, ...others] = parse(request);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      kind: 'business_event',
      name: 'order_placed',
      identities: [{ kind: 'subscriber', namespace: 'acme/contact', value: '7' }],
    });
    expect(event?.attributes).toContainEqual({ key: 'plan', label: 'plan', type: 'string', value: 'pro' });
  });

  it('names who it is by the field that the source says', () => {
    const [event] = parse(requestWith({ 'Account No': 'A-1', id: 'row-9' }), { idFields: ['account_no'] });
    expect(event?.identities[0]?.value).toBe('A-1');
  });

  it('says which entry of a list names nobody', () => {
    expect(() => parse(requestWith([{ id: 1 }, { plan: 'pro' }]))).toThrow(/Entry 2 of the list names nobody/);
    expect(() => parse(requestWith([7]))).toThrow(UnreadableBodyError);
  });
});
