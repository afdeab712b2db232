-- a ; in a comment
/* and ; /* nested ; */ still ; */
⟪select 1 -- trailing ;
  + 2⟫ /* ; */;
⟪select 3⟫ -- the end;
