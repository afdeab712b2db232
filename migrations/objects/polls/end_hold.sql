create function public.end_hold(hold bigint) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.button_holds as fact
  set is_active = false, ended_at = coalesce(standing.ended_at, pg_catalog.now())
  from public.hold_states as standing
  where fact.id = hold and fact.is_active and standing.hold_id = hold;
  delete from public.button_hold_beats as beat where beat.hold_id = hold;
end
$$;
comment on function public.end_hold(bigint) is 'Ends a hold now or, where it has lapsed, with its last beat';

revoke all on function public.end_hold(bigint) from public, anon, authenticated, service_role;
