select muster.schedule(
  'aggregate-heartbeats', '0 1 * * *', 'select public.aggregate_and_cleanup_heartbeats()');

select muster.schedule('cleanup-live-sessions', '* * * * *', $$select muster.sweep('public.live_sessions')$$);
