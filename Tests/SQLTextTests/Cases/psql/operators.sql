select 1 - -1, 2 -+ 3, 4 / 5 * 6 % 7 ^ 8, a->>'b;', c #>> '{a;b}', d @> '{;}', e ?| array[';'], |/ 4, ||/ 8, @ -5, ~1, 1 <-> 2;
select a::text::varchar(3), b :: int, c[1:2], d[:], e[:2], f[1:], g[1 : 2][3:4], h[a::int:b::int], i:::j, k :=1, l=>2;
select 1_000, 0x1F, 0o17, 0b1, 1.5e10, 1e-5, .5, 5., 1..2, 1.e5, $1, $1_0, 1a, 0xg;
call p(a => 1, b := 2, "c;" => ';'); select f(variadic array[1]), (a).b.c, (a)[1].b, *;
select 1 operator(pg_catalog.+) 2, a is distinct from b, a like '%;' escape ';', interval '1;' day to second(3);
select *, t.*, count(*) filter (where a > 1) over (partition by b), row(1, 2) = (3, 4) from t \: x;
select a ?& b, a @@ b, a @? '$.a[*] ? (@.b == ";")', a !~~* 'b;', a &&& b, a -|- b, a ## b, a `b`, a |b|, a ~>=~ b;
