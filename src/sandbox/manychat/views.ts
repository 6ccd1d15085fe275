import type { SandboxView } from '../emulator.js';
import { phonePath, phones } from '../phone-page.js';
import type { PageState } from './page-state.js';

export const views = ({ subscribers, tags, fields, flows }: PageState): SandboxView[] => [
  {
    title: 'Contacts',
    page: phones,
    columns: ['id', 'name', 'tags', ...fields.map(({ name }) => name), 'received', 'phone'],
    rows: subscribers.map((subscriber) => [
      subscriber.id,
      `${subscriber.first_name} ${subscriber.last_name}`.trim(),
      tags.flatMap(({ id, name }) => (subscriber.tags.includes(id) ? name : [])).join(', '),
      ...fields.map(({ id }) => String(subscriber.fields[String(id)] ?? '')),
      subscriber.received.length.toLocaleString('en'),
      phonePath(subscriber.id),
    ]),
  },
  { title: 'Flows', columns: ['ns', 'name'], rows: flows.map(({ ns, name }) => [ns, name]) },
];
