⟪select E'one'
  -- a comment between
  '\'; still the same string'⟫;
⟪select 'one' ';two'⟫;
