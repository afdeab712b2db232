⟪select E'one' -- one comment
  -- and another
  '\'; still the same string'⟫;
⟪select 'one'
  -- a comment
  ';two'⟫; ⟪select 'one' /* no comment that may stand here
  */ ';two'⟫;
