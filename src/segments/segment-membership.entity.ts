import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What made somebody enter or leave: news, the clock, a backfill after the rule had changed, a merge, the segment's deletion. */
export const membershipCauses = ['event', 'clock', 'backfill', 'merge', 'deletion'] as const;
export type MembershipCause = (typeof membershipCauses)[number];

/** One stay in a segment. */
@Entity('segment_memberships')
@Index('segment_memberships_open_idx', ['segment', 'profile_id'], { unique: true, where: 'left_at IS NULL' })
@Index('segment_memberships_profile_idx', ['profile_id', 'entered_at'])
export class SegmentMembershipEntity {
  @PrimaryColumn('text') segment!: string;
  @PrimaryColumn('uuid') profile_id!: string;
  @PrimaryColumn('timestamptz') entered_at!: Date;
  @Column('timestamptz', { nullable: true }) left_at!: Date | null;
  @Column('text') entered_by!: MembershipCause;
  @Column('uuid', { nullable: true }) entered_event!: string | null;
  @Column('text', { nullable: true }) left_by!: MembershipCause | null;
  @Column('uuid', { nullable: true }) left_event!: string | null;
  @Column('integer') segment_version!: number;
}
