select $$;$$, $a$;$A$;$a$, $a$ $b$;$b$ $$ $a$, $_$;$_$, $é$;$e$ $é$;
select $$ $a$ $$; select $a$ $$ $a$; select $a$$a$; select $$$$;
select $1;select $1$$;$$; select a$$b;select $ 1; select $a; select $a b$;
select 1$$;$$; select $1a$; select a$b$c; select "a"$$;$$; select 'a'$$;$$;
select $1$a$;$a$, $a1$;$a1$;
do $do$ begin execute $x$select 1; select ';';$x$; end; $do$ language plpgsql;
create function f() returns void language plpgsql as $function$
begin
  -- it's; not 'closed
  perform $$it''s;$$; /* nor "this ; */
end;
$function$;
select $a$
$a
$A$
$$
$a$; select '$a$;', "$a$;"; select $a$-- $a$; select $b$/*$b$; select '$$'; select $$'$$;
