select muster.schedule('sweep-room-participants', '*/5 * * * *', $$select muster.sweep('public.room_participants')$$);
