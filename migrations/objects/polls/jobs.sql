select muster.schedule('cleanup-button-holds', '30 seconds', $$select muster.sweep('public.button_holds')$$);
