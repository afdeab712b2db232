create table "a;b""c" (a$b$c int, "$$;" int, é int, 数字$1 int, _ int, "'" int, "--" int, "/*" int);
select "a\"; select "a""";"b"; select U&"\0061;", u&"!0061;" uescape '!', U& "x;"; select "é;数";
select ünïcödé$;
select "new
line;";
select a."b;".c, "a" . "b;" , a"b;", "a""b;";
drop table if exists "a;b""c";
