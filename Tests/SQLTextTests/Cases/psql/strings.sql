-- Every quote that a semicolon can hide in.
select 'a' 'b;';
select 'one'
   'two;', 'three'
  -- a comment with ' and ;
  'four;' ;
select E'\\', E'\'', E'\\\';', E'a\
b;', e'\x27;', e'\47;', E'\u0027;', E'\'';
select U&'\0027;', U&'!0061;' uescape '!', u&"a;""b", U &'x;';
select N'n;', n'\', B'1;', X'1;', xe'a;', e 'a;';
select 'a\'; select "a\"; select 'a\\';
select "U&'x;", 'U&"x;', "a"'' ;
select '' ';', '''', ''';', ''';''';
select E'' '\'; select e'''', E'\'\'', E'''\'';
select 1'a;'; select 'é;' || '数;😀';
select 'a'-- c;
'b;'; select 'a' /* c
*/ 'b;'; select 'a'
/* c */'b;';
select 'a'--
--'
';b'; select e'a' -- no continuation; select 'not here';
;
select '
;
', 'b' ;
