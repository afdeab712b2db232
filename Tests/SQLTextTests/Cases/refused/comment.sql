select 1;
⚠/* one /* two */ ;
