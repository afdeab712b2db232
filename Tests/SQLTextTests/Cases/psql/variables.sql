\set a 'it''s' ' \x41\102\n' end
\set b 1 :a "q q" \\ select :'b';
\set c \unset a
select ':a', :{?a}, '' /* :c */ as c;
\set x 1 + 2
select c[:x:x];
\set v 'it''s "a" \\ b'
select :'v', :"v";
\set two 'select 1; select '';'' || :n;'
\set n 2
:two select 3;
\set open '''a; '
select :open still'; select 2;
\set a :b
\set a ':b'
\set b ':a'
select :a;
select \:x;
\set empty
select :'empty' || '' :empty;
\set q1 'x' ':n' :'n' :"n" "':n'" y;
select :'q1';
select 1
\set n 3
, :n
  \set n 4
, :n \set n 5 \set n 6 \\ , :n
;
select :n::text, array[1,2,3][1:n], :n:n;
\set ON_ERROR_STOP 1
select 'é' :n;
