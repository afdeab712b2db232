⟪do $$ begin perform 1; end $$⟫;
⟪do $été$ begin perform '$$;$x$'; end; $été$⟫;
⟪create function f() returns text language sql as $f$ select $g$ ; $$ ; $g$ ; $f$⟫;
⟪select $a$$b$$a$, 1$2⟫; ⟪select '$$', "$$" from t⟫; ⟪select 1 $ 2⟫;
