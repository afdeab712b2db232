select muster.schedule('sweep-active-users', '* * * * *', $$select muster.sweep('public.active_users')$$);
