⟪select E'one'

 	
  '\'; still the same string'⟫;
⟪select 'one', ';two'⟫;
