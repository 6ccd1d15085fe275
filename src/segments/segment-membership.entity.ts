import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What made somebody enter or leave: news, the clock, a rule that is new, changed or gone, two profiles that became one. */
export const membershipCauses = ['event', 'clock', 'backfill', 'merge'] as const;
export type MembershipCause = (typeof membershipCauses)[number];

/** One stay in a segment. */
@Entity('segment_memberships')
@Index('segment_memberships_open_idx', ['segment', 'profile_id'], { unique: true, where: 'left_at IS NULL' })
@Index('segment_memberships_entered_idx', ['segment', 'entered_at', 'profile_id'])
@Index('segment_memberships_left_idx', ['segment', 'left_at', 'profile_id'], { where: 'left_at IS NOT NULL' })
export class SegmentMembershipEntity {
  @PrimaryColumn('uuid') profile_id!: string;
  @PrimaryColumn('text') segment!: string;
  @PrimaryColumn('timestamptz') entered_at!: Date;
  @Column('timestamptz', { nullable: true }) left_at!: Date | null;
  @Column('text') entered_by!: MembershipCause;
  @Column('uuid', { nullable: true }) entered_event!: string | null;
  @Column('text', { nullable: true }) left_by!: MembershipCause | null;
  @Column('uuid', { nullable: true }) left_event!: string | null;
  @Column('integer') segment_version!: number;
}
