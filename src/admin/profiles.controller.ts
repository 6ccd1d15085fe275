import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { DeliveryLog } from '../delivery/delivery-log.repository.js';
import type { EventEntity } from '../events/event.entity.js';
import { Events } from '../events/events.repository.js';
import { AttributeCatalog } from '../profiles/attribute-catalog.service.js';
import { normaliseEmail } from '../profiles/email.js';
import type { Identity } from '../profiles/identity.js';
import type { ProfileEntity } from '../profiles/profile.entity.js';
import { byAttribute } from '../profiles/stored-provenance.js';
import { Profiles } from '../profiles/profiles.repository.js';
import { ApiKeyGuard } from '../security/api-key.guard.js';
import { found } from './find.js';
import { type Page, pageOf, pageQuery } from './paging.js';

const id = z.uuid();
const search = z.object({
  email: z.string().optional().describe('An e-mail address'),
  phone: z.string().optional().describe('A phone number in E.164, for example +50688001122'),
  subscriber: z.string().optional().describe("A platform's own id"),
  namespace: z.string().optional().describe('Only with subscriber: whose id it is, for example acme-manychat/contact'),
  limit: pageQuery.limit,
  cursor: z.uuid().optional().describe('`next` of the page before'),
});
const eventQuery = z.object(pageQuery);

/** People: who they are, what we know and from where, and how every destination stands. */
@ApiTags('Profiles')
@ApiBearerAuth()
@UseGuards(ApiKeyGuard)
@Controller('api/profiles')
export class ProfilesController {
  constructor(
    private readonly profiles: Profiles,
    private readonly events: Events,
    private readonly log: DeliveryLog,
    private readonly catalog: AttributeCatalog,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Finds profiles by an identity, or lists all, newest first' })
  async list(@Query({ schema: search }) query: z.output<typeof search>): Promise<Page<object>> {
    const identity = identityOf(query);
    if (identity === null) {
      const rows = await this.profiles.page(query.limit + 1, query.cursor ?? null);
      return pageOf(rows, query.limit, summary, (row) => row.id);
    }
    const ids = await this.profiles.idsByIdentity(identity);
    const profiles = await Promise.all(ids.map((profileId) => this.profiles.findOne(profileId)));
    return { items: profiles.filter((profile) => profile !== null).map(summary), next: null };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One profile whole',
    description:
      'Attributes and tags with the event that set them, identities, consents, the last events, and the state at each destination.',
  })
  async read(@Param('id', { schema: id }) profileId: string): Promise<object> {
    const profile = found(await this.profiles.findOne(profileId), 'profile', profileId);
    const [identities, events, destinations] = await Promise.all([
      this.profiles.identities(profile.id),
      this.events.ofProfile(profile.id, 20, null),
      this.log.syncStates(profile.id),
    ]);
    return {
      ...summary(profile),
      attributes: this.#attributes(profile),
      tags: Object.entries(profile.tag_provenance).map(([tag, [event, atMs, present]]) => ({
        tag,
        present,
        event,
        at: new Date(atMs),
      })),
      consents: profile.consents,
      identities: identities.map(({ kind, namespace, value, created_at }) => ({
        kind,
        namespace,
        value,
        since: created_at,
      })),
      events: events.map(presentEvent),
      destinations,
    };
  }

  @Get(':id/events')
  @ApiOperation({ summary: "A profile's events, newest first, with the bodies as they came" })
  async eventsOf(
    @Param('id', { schema: id }) profileId: string,
    @Query({ schema: eventQuery }) { limit, cursor }: z.output<typeof eventQuery>,
  ): Promise<Page<object>> {
    const profile = found(await this.profiles.findOne(profileId), 'profile', profileId);
    const rows = await this.events.ofProfile(profile.id, limit + 1, cursor === undefined ? null : readCursor(cursor));
    return pageOf(
      rows,
      limit,
      (event) => ({ ...presentEvent(event), raw: event.raw }),
      (event) => `${event.occurred_at.toISOString()}~${event.id}`,
    );
  }

  #attributes({ attributes, attribute_provenance }: ProfileEntity) {
    const provenance = byAttribute(attribute_provenance);
    return Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => {
        const [event, atMs] = provenance[key] ?? [null, 0];
        return [key, { value, type: this.catalog.typeOf(key) ?? null, event, at: new Date(atMs) }];
      }),
    );
  }
}

const summary = (profile: ProfileEntity) => ({
  id: profile.id,
  version: profile.version,
  attributes: profile.attributes,
  tags: profile.tags,
  createdAt: profile.created_at,
  updatedAt: profile.updated_at,
  lastEventAt: profile.last_event_at,
});

const presentEvent = (event: EventEntity) => ({
  id: event.id,
  source: event.source,
  kind: event.kind,
  name: event.name,
  channel: event.channel,
  occurredAt: event.occurred_at,
  receivedAt: event.received_at,
  data: event.data,
});

function identityOf({ email, phone, subscriber, namespace }: z.output<typeof search>): Identity | null {
  if (email !== undefined) return { kind: 'email', namespace: '', value: normaliseEmail(email) ?? email };
  if (phone !== undefined) return { kind: 'phone', namespace: '', value: phone };
  if (subscriber !== undefined) return { kind: 'subscriber', namespace: namespace ?? '', value: subscriber };
  return null;
}

const cursorSchema = z.tuple([z.iso.datetime().transform((text) => new Date(text)), z.uuid()]);

function readCursor(cursor: string): { occurredAt: Date; id: string } {
  const [occurredAt, eventId] = cursorSchema.parse(cursor.split('~'));
  return { occurredAt, id: eventId };
}
