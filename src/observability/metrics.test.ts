import { expect, it } from 'vitest';
import { Metrics } from './metrics.service.js';

const lines = async (metrics: Metrics, name: string): Promise<string[]> =>
  (await metrics.registry.getSingleMetricAsString(name)).split('\n').filter((line) => line.startsWith(name));

it('says that nothing waits any more once it has been delivered', async () => {
  const metrics = new Metrics();
  metrics.waitingMarks('hubspot', 3, 12);
  metrics.waitingMarks('mailchimp', 1, 2);
  metrics.openDeadLetters('sync', 2);
  metrics.resetGauges();
  metrics.waitingMarks('mailchimp', 4, 5);
  expect(await lines(metrics, 'parley_sync_marks_waiting')).toEqual([
    'parley_sync_marks_waiting{destination="mailchimp"} 4',
  ]);
  expect(await lines(metrics, 'parley_sync_marks_oldest_seconds')).toEqual([
    'parley_sync_marks_oldest_seconds{destination="mailchimp"} 5',
  ]);
  expect(await lines(metrics, 'parley_dead_letters_open')).toEqual([]);
});
