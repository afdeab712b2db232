\set a 'it''s' ' \x41\102\n\t' end
\set b 1 :a "q q" \\ select :'b';
\set c \unset a
select ':a', :{?a}, :{?c} /* :c */ as c;
  \set d x \set e y \\ select :'d', :'e'; \set d z
select 1 \set d 'in the middle'
 , :'d'
\set d again
 , :'d' \set d once more \\ , 2;
\set f :d:e ':d' :'d' :"d" x:d :{?d} :none :'none'
select :'f';
\set g '\\' '\'' '\q' '\1' '\101\x' '\X4a' ''''
select :'g';
\set h "a ""b"" c"x'y'"z"
select :'h';
\set i ;
select :'i';
\unset none
\unset i
select :{?i}, :i, :'i', :"i";
\set VERBOSITY terse
\set semi ;;
select :'semi' :semi select 2;
\set quoted 'a;b';
select :'quoted';
\restrict abc123
select 3;
\unrestrict abc123
\set end 'last'
select :'end' \set end '' \\