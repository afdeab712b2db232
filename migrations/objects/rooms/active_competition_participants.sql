create view public.active_competition_participants with (security_invoker = true) as
select participant.*
from public.active_room_participants as participant
where participant.current_competition_id is not null;
comment on view public.active_competition_participants is
  'Who is in which competition: the part of active_room_participants';

revoke all on public.active_competition_participants from public, anon, authenticated, service_role;
grant select on public.active_competition_participants to authenticated, service_role;
