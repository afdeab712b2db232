/* first */ select 1 /* ; */ + /* /* ; */ ' ; */ 2; -- ; '
-- ' " $$ /* ;
select 2 -- ' " $$ /* ;
+ 3 --
;
--
--;
select 4 -- é 数 ;
/**/;/***/;/****/;/* * / */;/*/ ; */;
select 5 /*/**//**/*/ ; select 6 /* -- */ ; -- /*
select 7; /* -- ' " $$ */ select 8 /*;
;*/ /*;*/ --;
;
select 1--2;
; select 1*/*;*/2; select 1 -/*;*/- 2; select 2 /*
*/ -- */ ;
; select '/*', "/*", $$/*$$, '*/;';
select @-- operator;
1; select 1 <--;
2; select 1 +/* ; */-- ;
3; select 4 !=-1, 5 =-1, 6 <>-- ;
7;
/* the last one */ select 9 /* unended statement */ -- ;
