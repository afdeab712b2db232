⟪set standard_conforming_strings = off⟫;
⟪select 'a\'; b'⟫;
⟪set session standard_conforming_strings to 'on'⟫;
⟪select 'a\'⟫; ⟪select 1⟫;
⟪select pg_catalog.set_config('standard_conforming_strings', 'off', false)⟫;
⟪select 'a\'; b', N'c\'; d', B'\'⟫;
⟪reset standard_conforming_strings⟫;
⟪select '\'⟫; ⟪select 2⟫;
