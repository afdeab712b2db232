create view public.hold_states with (security_invoker = true) as
select poll.id as poll_id, hold.id as hold_id, hold.user_id, hold.started_at, hold.over_at as ended_at,
  case
    when hold.id is null then 'idle'
    when vote.hold_id is not null then 'vote_cast'
    when hold.over_at is null and pg_catalog.now() - hold.started_at >= interval '3 seconds' then 'validating'
    when hold.over_at is null then 'holding'
    when hold.over_at - hold.started_at >= interval '3 seconds' then 'error'
    else 'cancelled'
  end as state
from public.polls as poll
left join (
  select fact.id, fact.user_id, fact.poll_id, fact.started_at,
    case
      when not fact.is_active then fact.ended_at
      when not muster.is_fresh(last.seen, interval '10 seconds') then last.seen
    end as over_at
  from public.button_holds as fact
  left join public.button_hold_beats as beat on beat.hold_id = fact.id
  cross join lateral (
    select coalesce(beat.seen, greatest(fact.started_at, (select muster.beats_since()))) as seen
  ) as last
) as hold on hold.poll_id = poll.id
left join public.user_votes as vote on vote.hold_id = hold.id;
comment on view public.hold_states is
  'Where each hold that the reader may see stands, and one idle row for each poll without one';
comment on column public.hold_states.ended_at is
  'When it ended, NULL while it lives; a hold that fell silent ended with its last beat, swept or not';
comment on column public.hold_states.state is
  'idle; holding, then validating from 3 s on; vote_cast, or cancelled when it ended before 3 s, or error'
  ' when later';

revoke all on public.hold_states from public, anon, authenticated, service_role;
grant select on public.hold_states to authenticated, service_role;
