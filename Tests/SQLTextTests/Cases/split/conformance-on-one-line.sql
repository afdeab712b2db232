⟪set standard_conforming_strings = off⟫; ⟪select '\'; still a string'⟫;
⟪set standard_conforming_strings = on⟫; ⟪select '\'⟫; ⟪select 1⟫;
